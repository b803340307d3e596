"""The dialog that opens chambers for a task."""

import re
from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from orchestra_core.errors import BadInput
from orchestra_core.models import Task
from orchestra_core.names import check_chamber_names
from orchestra_core.text import one_line
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.screens.dialogs.dialog import Dialog

_NOTE = "Each name becomes a worktree on its own branch."


class CreateChambers(Dialog):
    """Takes names, comma separated, and opens all of them or none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "send", "Open", id="dialog.create_chambers"),
        Binding("ctrl+o", "start", "Open and start workers", id="dialog.create_and_start"),
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
        field = Input(placeholder="auth, database, api")
        field.cursor_blink = False
        yield field

    @on(Input.Submitted)
    def _entered(self) -> None:
        self.action_send()

    def action_start(self) -> None:
        """Open the chambers that are named, and start a worker in each."""
        self.action_send(is_start=True)

    def action_send(self, *, is_start: bool = False) -> None:
        """Open the chambers that are named, unless a name is not allowed."""
        try:
            names = check_chamber_names(split_names(self.query_one(Input).value))
        except BadInput as error:
            self.say_problem(str(error))
            return
        self.begin(lambda: self._create(names, is_start=is_start))

    async def _create(self, names: tuple[str, ...], *, is_start: bool) -> None:
        call = self._tool_calls.create_chambers(self._task_id, names)
        created = await self.attempt(call, "creating…")
        if created is None:
            return
        done = "already open" if created.already_live else "open"
        self.app.say(f"{', '.join(names)}: {done}")
        for name in names if is_start else ():
            call_start = self._tool_calls.start_worker(self._task_id, name)
            if await self.attempt(call_start, f"starting a worker in {name}…") is None:
                return
        if self.is_attached:
            self.dismiss()


def split_names(text: str) -> list[str]:
    """Return the names in a text, separated by commas or white space."""
    return [name for name in re.split(r"[,\s]+", text) if name]
