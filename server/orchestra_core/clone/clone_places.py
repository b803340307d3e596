"""Where a chamber is, in words: its clone's name for people, and when that clone was last heard."""

from dataclasses import dataclass

from orchestra_core.models import Chamber, Heartbeat
from orchestra_core.state import ProjectState

# A clone with chambers is heard every half minute. One silent for longer counts as gone.
BEAT_MS = 30_000
SILENT_MS = 75_000
_SECOND = 1_000
_UNITS = ((86_400 * _SECOND, "d"), (3_600 * _SECOND, "h"), (60 * _SECOND, "min"), (_SECOND, "s"))


@dataclass(frozen=True, slots=True)
class ClonePlace:
    """Where a chamber is: the clone's name for people, and whether a process is on duty there."""

    name: str
    is_here: bool
    served: bool
    heard_at: int  # by this machine's clock; 0 for never
    heard: str  # "heard 12 s ago", "last heard 3 h ago" or "never heard"


def place_of(chamber: Chamber, state: ProjectState, clone: str, now: int) -> ClonePlace:
    """Return where a chamber is at the time `now`: in the clone with the id `clone`."""
    heartbeat = state.heartbeats.get(chamber.clone, Heartbeat())
    heard_at, served = heartbeat.at, is_served(state, chamber.clone, now)
    words = "never heard"
    if heard_at:
        words = f"{'heard' if served else 'last heard'} {ago(now - heard_at)} ago"
    is_here = bool(clone) and chamber.clone == clone
    return ClonePlace(_name(chamber, state), is_here, served, heard_at, words)


def is_served(state: ProjectState, clone: str, now: int) -> bool:
    """Tell whether a process is on duty in the clone with this id, as far as it has been heard."""
    heartbeat = state.heartbeats.get(clone, Heartbeat())
    return heartbeat.is_on_duty and now - heartbeat.at < SILENT_MS


def ago(passed: int) -> str:
    """Return a duration in its largest whole unit, such as `3 h`."""
    for length, unit in _UNITS:
        if passed >= length:
            return f"{passed // length} {unit}"
    return "0 s"


def _name(chamber: Chamber, state: ProjectState) -> str:
    clone = state.clones.get(chamber.clone) if chamber.clone else None
    if clone is not None:
        return clone.name
    return chamber.host or chamber.clone or "unknown"
