"""The application as screens see it."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from orchestra_core.errors import OrchestraError
from orchestra_core.text import one_line
from orchestra_tui.backend.protocols import ServerStatus
from orchestra_tui.backend.reviews import Reviews
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.backend.view_model import ViewChanges, ViewModel
from orchestra_tui.key_bindings import Key

Work = Callable[[], Coroutine[None, None, None]]


class EventFollower:
    """A screen on top of the room that shows changes too."""

    def show(self, changes: ViewChanges) -> None:
        """Show what has changed since the last update."""
        raise NotImplementedError


def is_open(screen: Screen[Any]) -> bool:
    """Tell whether a screen has its widgets: when it closes, they go before it does.

    What goes on in the background asks this before it shows anything there.
    """
    return screen.is_attached and screen.display and bool(screen.children)


def bindings_of(keys: Iterable[Key]) -> list[BindingType]:
    """Return one binding for each key; a keymap remaps it by its id."""
    return [
        Binding(key.keys, key.action, key.label, show=False, tooltip=key.help, id=key.id)
        for key in keys
    ]


class AppBase(App[int]):
    """The view model and the tool calls, for every screen; the application sets them."""

    view_model: ViewModel
    tool_calls: ToolCalls
    reviews: Reviews
    server: ServerStatus
    lacks_daemon: bool  # mail from elsewhere waits, conflicts go unwatched

    def say(self, line: str, *, problem: bool = False) -> None:
        """Show one line for a few seconds, as plain text."""
        severity = "warning" if problem else "information"
        self.notify(one_line(line, 400), severity=severity, markup=False)

    def look_for_occasions(self) -> None:
        """Call the operator if a worker has begun to need them."""

    def call_operator(self, title: str, text: str) -> None:
        """Call the operator, unless they look at the room or want to be left alone."""

    def choose_theme(self, name: str) -> None:
        """Apply a theme, and keep the choice."""
        raise NotImplementedError

    def name_terminal(self, title: str) -> None:
        """Set the title of the terminal's window; the application knows its driver."""

    @property
    def typed_at(self) -> float:
        """When the key that acts now was read, by the monotonic clock."""
        raise NotImplementedError

    def when_shown(self, callback: Callable[[], None]) -> None:
        """Call back once the terminal has shown everything painted so far."""
        raise NotImplementedError

    def start(self, work: Work) -> None:
        """Run `work` in the background; it outlives the dialog that started it."""
        self.run_worker(work())

    def run_and_say(self, work: Callable[[], Awaitable[str]]) -> None:
        """Run `work` in the background, and show its result or its error line."""

        async def said() -> None:
            try:
                self.say(await work())
            except OrchestraError as error:
                self.say(str(error), problem=True)

        self.start(said)
