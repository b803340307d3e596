"""Whether the operator can have read a question before typing the key that answers it."""

from collections.abc import Callable
from time import monotonic

from textual.screen import Screen

from orchestra_tui.screens.app_base import AppBase

TYPED_BEFORE = "That key was pressed before this appeared; press it again if you mean it."


class ShownQuestion:
    """The current question of a screen; `app` is called once the screen has one."""

    def __init__(self, screen: Screen[None], app: Callable[[], AppBase]) -> None:
        self._screen = screen
        self._app = app
        self._times_asked = 0
        self._seen_at = 0.0  # when the terminal had shown the current question; 0 until then

    def ask_anew(self) -> None:
        """Accept no answer until the operator can have read the current question."""
        self._times_asked += 1
        self._seen_at = 0.0
        # A widget reports new content to its screen only later. Until then the screen finds nothing
        # to paint, and would call back before the question is painted.
        self._screen.refresh(layout=True)
        self._screen.call_after_refresh(self._painted, self._times_asked)

    def was_seen(self) -> bool:
        """Tell whether the key that acts now was typed after the question was shown."""
        return bool(self._seen_at) and self._app().typed_at >= self._seen_at

    def _painted(self, asked: int) -> None:
        def shown() -> None:
            if asked == self._times_asked:
                self._seen_at = monotonic()

        self._app().when_shown(shown)
