"""Who cannot read a message now: said before it is sent."""

from collections.abc import Mapping, Sequence

from orchestra_core.models import Chamber
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.text_fit import plain

# By the worker's state; an idle worker is woken if its client can be.
_WHY: Mapping[str, str] = {
    "unknown": "no worker has started there",
    "blocked": "its worker is waiting at a dialog in its client",
    "finished": "its worker has ended",
    "failed": "its worker has failed",
    "killed": "its worker was killed",
    "gone": "its worker's process is gone",
}


def unreadable_text(chambers: Sequence[Chamber], state: IndexedState) -> str:
    """Return in which chambers nobody would read a message now; "" for none."""
    without_reader = chambers_without_reader(chambers, state)
    nobody = [f"{plain(each.name)} ({_reason(each, state)})" for each in without_reader]
    if not nobody:
        return ""
    waits = "It waits for the next worker there."
    return f"Nobody reads this now in {', '.join(nobody)}. {waits}"


def chambers_without_reader(chambers: Sequence[Chamber], state: IndexedState) -> list[Chamber]:
    """Return the chambers in which nobody would read a message now."""
    return [chamber for chamber in chambers if _reason(chamber, state)]


def _reason(chamber: Chamber, state: IndexedState) -> str:
    presence = chamber.current(state.presence.get(chamber.id))
    return _WHY["unknown"] if presence is None else _WHY.get(presence.state, "")
