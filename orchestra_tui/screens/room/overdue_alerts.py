"""Finds what to announce to the operator once: overdue mail, and nearly used limits."""

from collections.abc import Sequence

from orchestra_core.clock import Clock
from orchestra_core.events import Event
from orchestra_core.models import Interrupt
from orchestra_core.wording.ages import duration
from orchestra_tui.presentation.indexed_state import IndexedState


class OverdueAlerts:
    """Remembers which messages were announced to the operator."""

    def __init__(self, state: IndexedState, clock: Clock) -> None:
        self._state = state
        self._clock = clock
        self._told: set[str] = set()

    def newly_overdue(self) -> list[Interrupt]:
        """Return the messages that have become overdue since the last call."""
        overdue = self._state.overdue(self._clock())
        new = [interrupt for interrupt in overdue if interrupt.id not in self._told]
        self._told = {interrupt.id for interrupt in overdue}
        return new

    @property
    def next_due(self) -> int:
        """When the next message becomes overdue, 0 for never."""
        return self._state.next_overdue(self._clock())


def near_limits(events: Sequence[Event]) -> list[str]:
    """Return a line for each spend limit that is nearly used up."""
    return [event.data.action for event in events if event.kind == "worker.limit-neared"]


def overdue_line(new: list[Interrupt], limit: int) -> str:
    """Return one line about messages unread for longer than `limit` ms."""
    names = ", ".join(dict.fromkeys(interrupt.chamber for interrupt in new))
    what = "A message" if len(new) == 1 else f"{len(new)} messages"
    have = "has" if len(new) == 1 else "have"
    return f"{what} to {names} {have} been unread for {duration(limit)}"
