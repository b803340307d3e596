"""What all dialogs share: a titled box, a line for errors and a line for the keys."""

from collections.abc import Awaitable, Iterable
from typing import ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from orchestra_core.errors import OrchestraError
from orchestra_core.text import one_line
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.screens.app_base import AppBase, EventFollower, Work, is_open
from orchestra_tui.screens.shown_question import TYPED_BEFORE, ShownQuestion

Value = TypeVar("Value")


class Dialog(EventFollower, ModalScreen[None]):
    """A modal box; titles and texts are data, never markup."""

    app = getters.app(AppBase)
    AUTO_FOCUS = "TextArea, Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="dialog.leave"),
    ]

    def __init__(self, title: str, hints: str) -> None:
        super().__init__()
        self._title = title
        self._hints = hints
        self._busy = False
        self.shown_question = ShownQuestion(self, lambda: self.app)

    @property
    def is_open(self) -> bool:
        """Whether it can show anything; it cannot any more while it closes."""
        return is_open(self) and bool(self.query("#hints"))

    def compose(self) -> ComposeResult:
        """Lay out the box around what `fields` yields."""
        with Vertical(classes="box") as box:
            box.border_title = Content(one_line(self._title, 120))
            yield from self.fields()
            yield Static("", id="problem", markup=False)
            yield Static(self._hints, id="hints", markup=False)

    def show(self, changes: ViewChanges) -> None:
        """Show what has changed since the last update, if the dialog shows any of it."""

    def fields(self) -> Iterable[Widget]:
        """Yield the widgets between the title and the keys."""
        return ()

    def ask_anew(self) -> None:
        """Accept no answer until the operator can have read the present question."""
        self.shown_question.ask_anew()

    def was_seen(self) -> bool:
        """Tell whether the acting key was typed after its question was shown; if not, say so."""
        was_seen = self.shown_question.was_seen()
        if not was_seen:
            self.say_problem(TYPED_BEFORE)
        return was_seen

    def action_leave(self) -> None:
        """Close the dialog; a call that was sent goes on."""
        self.dismiss()

    def say_problem(self, text: str) -> None:
        """Show one line on what is wrong; an empty line removes it."""
        line = self.query_one("#problem", Static)
        line.update(one_line(text, 400))
        line.set_class(bool(text), "-shown")

    def say_hints(self, text: str) -> None:
        """Change the line of keys."""
        self.query_one("#hints", Static).update(text)

    def begin(self, work: Work) -> None:
        """Start `work`, unless the last one is still running."""
        if not self._busy:
            self._busy = True
            self.app.start(lambda: self._run(work))

    async def _run(self, work: Work) -> None:
        try:
            await work()
        finally:
            self._busy = False

    async def attempt(self, call: Awaitable[Value], doing: str) -> Value | None:
        """Await `call` while showing `doing`; show a failure and return None.

        If the dialog was closed meanwhile, the room shows the failure.
        """
        if self.is_open:
            self.say_problem("")
            self.say_hints(doing)
        try:
            return await call
        except OrchestraError as error:
            if self.is_open:
                self.say_problem(str(error))
            else:
                self.app.say(str(error), problem=True)
            return None
        finally:
            if self.is_open:
                self.say_hints(self._hints)
