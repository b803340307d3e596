"""The dialog that starts a task."""

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static, TextArea

from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.screens.dialogs.dialog import Dialog
from orchestra_tui.widgets.dialog_text.message_editor import NEWLINE_HINT, MessageEditor

_NOTE = "Describe the task. The server judges its complexity."


class StartTask(Dialog):
    """Takes a description and starts the task; it shows in the room with its event."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Start", id="dialog.start_task"),
    ]

    def __init__(self, actions: ToolCalls) -> None:
        super().__init__("Start a task", f"enter start   {NEWLINE_HINT}   esc cancel")
        self._tool_calls = actions

    def fields(self) -> Iterable[Widget]:
        """Yield the note and the editor."""
        yield Static(_NOTE, classes="note", markup=False)
        yield MessageEditor()

    @on(MessageEditor.Sent)
    def _entered(self) -> None:
        self.action_send()

    def action_send(self) -> None:
        """Start the task that is described."""
        description = self.query_one(TextArea).text.strip()
        if not description:
            self.say_problem("Type a description, or press esc to cancel.")
        else:
            self.begin(lambda: self._start(description))

    async def _start(self, description: str) -> None:
        started = await self.attempt(self._tool_calls.start_task(description), "starting…")
        if started is None:
            return
        how = "is already open" if started.already_open else f"started as {started.complexity}"
        self.app.say(f"Task {started.task_id} {how}")
        if self.is_attached:
            self.dismiss()
