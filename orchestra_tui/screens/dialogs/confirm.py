"""The dialog that asks before something is closed."""

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from orchestra_tui.screens.dialogs.dialog import Dialog


class Confirm(Dialog):
    """A question with its facts; only `y` confirms, so that a hasty enter changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "yes", "Yes", id="dialog.yes"),
        Binding("n", "leave", "No", id="dialog.no"),
    ]

    def __init__(self, question: str, facts: str, call: Callable[[], Awaitable[str]]) -> None:
        super().__init__(question, "y yes   n or esc no")
        self._facts = facts
        self._call = call

    def fields(self) -> Iterable[Widget]:
        """Yield the text on what a yes does."""
        yield Static(self._facts, markup=False)

    def on_mount(self) -> None:
        """Accept only a yes that was typed after the question."""
        self.ask_anew()

    def action_yes(self) -> None:
        """Do it, unless the key was typed before the question was shown."""
        if self.was_seen():
            self.begin(self._go)

    async def _go(self) -> None:
        line = await self.attempt(self._call(), "working…")
        if line is None:
            return
        self.app.say(line)
        if self.is_open:
            self.dismiss()
