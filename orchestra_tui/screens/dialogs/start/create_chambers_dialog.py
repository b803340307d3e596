"""The dialog that opens chambers for a task."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from orchestra_core.errors import BadInput
from orchestra_core.models import Task
from orchestra_core.text import one_line
from orchestra_core.workers.planned_chambers import PlannedChamber
from orchestra_core.workers.started_worker import Policy
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.screens.dialogs.start.new_chambers_field import NewChambersField, open_chambers

_NOTE = "Each name becomes a worktree on its own branch."


class CreateChambers(Dialog):
    """Takes names, comma separated, and opens all of them or none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Open", id="dialog.create_chambers"),
        Binding("ctrl+o", "start", "Open and start workers", id="dialog.create_and_start"),
        Binding("ctrl+r", "policy", "Change policy", id="dialog.chambers_policy"),
    ]

    def __init__(self, actions: ToolCalls, task: Task) -> None:
        super().__init__(
            f"Create chambers for: {one_line(task.description, 60)}",
            "enter create   ctrl+o create and start workers   esc cancel",
        )
        self._tool_calls = actions
        self._task_id = task.id

    def fields(self) -> Iterable[Widget]:
        """Yield the note and the field."""
        yield Static(_NOTE, classes="note", markup=False)
        yield NewChambersField("auth, database, api")

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_send()

    def action_start(self) -> None:
        """Open the named chambers, and start a worker in each."""
        self.action_send(is_started=True)

    def action_policy(self) -> None:
        """Choose the next policy for the started workers."""
        self.query_one(NewChambersField).choose_next_policy()

    def action_send(self, *, is_started: bool = False) -> None:
        """Open the named chambers, unless a name is not allowed."""
        named = self.query_one(NewChambersField)
        try:
            chambers = named.planned(is_started=is_started)
        except BadInput as error:
            self.say_problem(str(error))
            return
        policy = named.policy
        self.begin(lambda: self._create(chambers, policy))

    async def _create(self, chambers: tuple[PlannedChamber, ...], policy: Policy) -> None:
        is_done = await open_chambers(self, self._tool_calls, self._task_id, chambers, policy)
        if is_done and self.is_open:
            self.dismiss()
