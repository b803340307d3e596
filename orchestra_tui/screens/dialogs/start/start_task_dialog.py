"""The dialog that starts a task, with chambers and agents if they are named."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from orchestra_core.errors import BadInput
from orchestra_core.workers.planned_chambers import PlannedChamber
from orchestra_core.workers.started_worker import Policy
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.screens.dialogs.start.new_chambers_field import NewChambersField, open_chambers
from orchestra_tui.widgets.dialog_text.message_editor import NEWLINE_HINT, MessageEditor

_NOTE = "Describe the task. The server judges its complexity."
_HINTS = f"enter start   {NEWLINE_HINT}   tab chambers   ctrl+o with workers   esc cancel"
_NAME_CHAMBERS = "Name the chambers to start workers in; tab goes there."


class StartTask(Dialog):
    """Takes a description and starts the task, which appears in the room with its event."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Start", id="dialog.start_task"),
        Binding("ctrl+o", "start", "Start with workers", id="dialog.start_task_and_workers"),
        Binding("ctrl+r", "policy", "Change policy", id="dialog.task_policy"),
    ]

    def __init__(self, actions: ToolCalls) -> None:
        super().__init__("Start a task", _HINTS)
        self._tool_calls = actions

    def fields(self) -> Iterable[Widget]:
        """Yield the note, the editor and the chambers."""
        yield Static(_NOTE, classes="note", markup=False)
        yield MessageEditor()
        yield NewChambersField("chambers, if any: auth, database, api")

    @on(MessageEditor.Sent)
    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_send()

    def action_start(self) -> None:
        """Start the task, with a worker in each named chamber."""
        if self.query_one(NewChambersField).is_empty:
            self.say_problem(_NAME_CHAMBERS)
            self.query_one(Input).focus()
        else:
            self.action_send(is_started=True)

    def action_policy(self) -> None:
        """Choose the next policy for the started workers."""
        self.query_one(NewChambersField).choose_next_policy()

    def action_send(self, *, is_started: bool = False) -> None:
        """Start the described task, and open the named chambers."""
        description = self.query_one(TextArea).text.strip()
        if not description:
            self.say_problem("Type a description, or press esc to cancel.")
            return
        named = self.query_one(NewChambersField)
        try:
            chambers = () if named.is_empty else named.planned(is_started=is_started)
        except BadInput as error:
            self.say_problem(str(error))
            return
        policy = named.policy
        self.begin(lambda: self._start(description, chambers, policy))

    async def _start(
        self, description: str, chambers: tuple[PlannedChamber, ...], policy: Policy
    ) -> None:
        started = await self.attempt(self._tool_calls.start_task(description), "starting…")
        if started is None:
            return
        how = "is already open" if started.already_open else f"started as {started.complexity}"
        self.app.say(f"Task {started.task_id} {how}")
        if chambers and not await open_chambers(
            self, self._tool_calls, started.task_id, chambers, policy
        ):
            return
        if self.is_open:
            self.dismiss()
