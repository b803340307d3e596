"""When the operator is called and with which words: once per occasion, and not while looking.

An occasion is a worker that needs somebody for one cause since one point in time. An operator who
looks at the room when it begins has seen it.
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from orchestra_core.text import one_line
from orchestra_core.worker_state import WorkerState

NoticeWhen = Literal["away", "always", "never"]
_NAMED = 3
_WORDS = 120  # characters of a reason
_LOOKS_SECONDS = 60.0  # after a key, if the terminal does not report its focus


class Occasion(NamedTuple):
    """A worker that needs the operator; `key` tells the occasion from all others."""

    key: str
    task_id: str
    chamber: str
    reason: str


class Notice(NamedTuple):
    """What the operator is told: a short line, and the reasons."""

    title: str
    text: str


def occasions_of(workers: Iterable[tuple[str, WorkerState]]) -> list[Occasion]:
    """Return the occasions among workers, given by their chambers' ids.

    Overdue mail is not an occasion: it is announced separately, for each message.
    """
    return [
        Occasion(f"{key} {state.cause} {state.since}", *_split(key), one_line(state.reason, _WORDS))
        for key, state in workers
        if state.group == "needs-you" and state.cause != "unread"
    ]


def to_announce(
    occasions: Sequence[Occasion], told: frozenset[str], when: NoticeWhen, *, looks: bool
) -> tuple[list[Occasion], frozenset[str]]:
    """Return the occasions to announce, and the keys of all that were announced or seen."""
    new = [occasion for occasion in occasions if occasion.key not in told]
    keys = frozenset(occasion.key for occasion in occasions)
    return [] if is_quiet(when, looks=looks) else new, keys


def is_quiet(when: NoticeWhen, *, looks: bool) -> bool:
    """Tell whether nobody is to be called now."""
    return when == "never" or (when == "away" and looks)


def notice_of(occasions: Sequence[Occasion]) -> Notice:
    """Return the words for some occasions."""
    if len(occasions) == 1:
        (occasion,) = occasions
        return Notice(f"{occasion.chamber} needs you", occasion.reason or "see the room")
    named = [f"{occasion.chamber}: {occasion.reason}" for occasion in occasions[:_NAMED]]
    more = len(occasions) - _NAMED
    named += [f"{more} more"] if more > 0 else []
    return Notice(f"{len(occasions)} workers need you", "; ".join(named))


def looks_at_room(*, focused: bool, tells_focus: bool, since_input: float) -> bool:
    """Tell whether the operator looks at the room.

    A terminal that has reported its focus once always does. For any other terminal only the time
    since the last key or click is known.
    """
    return focused if tells_focus else since_input < _LOOKS_SECONDS


def _split(chamber_key: str) -> tuple[str, str]:
    task_id, _, name = chamber_key.rpartition("/")
    return task_id, name
