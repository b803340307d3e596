"""Whether the operator looks at the room, and what is announced when a worker needs them."""

from collections.abc import Callable

from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.notices import (
    Notice,
    NoticeWhen,
    is_quiet,
    looks_at_room,
    notice_of,
    occasions_of,
    to_announce,
)
from orchestra_tui.terminal.announcer import Announcer


class OperatorNotifier:
    """Announces each occasion once; `since_input` returns the seconds since the last key."""

    def __init__(
        self,
        state: IndexedState,
        when: NoticeWhen,
        announcer: Announcer,
        since_input: Callable[[], float],
    ) -> None:
        self._state = state
        self._when: NoticeWhen = when
        self._announcer = announcer
        self._since_input = since_input
        self._told: frozenset[str] = frozenset()
        self._focused = True
        self._tells_focus = False

    def focus_changed(self, *, focused: bool) -> None:
        """Take note of what the terminal says about its focus."""
        self._focused = focused
        self._tells_focus = True

    def look(self) -> None:
        """Announce the workers that have begun to need the operator."""
        waiting = self._state.workers.in_group("needs-you")
        if not waiting and not self._told:
            return
        occasions = occasions_of(waiting)
        new, self._told = to_announce(occasions, self._told, self._when, looks=self._looks)
        if new:
            self._announcer.announce(notice_of(new))

    def call(self, notice: Notice) -> None:
        """Announce something else, unless the operator looks or wants to be left alone."""
        if not is_quiet(self._when, looks=self._looks):
            self._announcer.announce(notice)

    @property
    def _looks(self) -> bool:
        return looks_at_room(
            focused=self._focused,
            tells_focus=self._tells_focus,
            since_input=self._since_input(),
        )
