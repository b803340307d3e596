"""The words for finished work: that it can land, or what holds it."""

from collections.abc import Iterable, Mapping, Sequence

from orchestra_core.models import BASE, Chamber, Conflict, Interrupt
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.gates import PROVEN, THE_BRANCH, fails_together, verdict_words
from orchestra_core.wording.states import (
    GROUP_SYMBOLS,
    counts_text,
    worker_symbol,
    worker_text,
    worker_word,
)
from orchestra_core.worker_state import GROUPS, Group, WorkerState
from orchestra_core.workers.chamber_holds import HoldCause, chamber_holds

_WORDS: Mapping[HoldCause, str] = {
    "at-work": "its worker works",
    "suspended": "suspended",
    "critical": "critical message unread",
}


def hold_words(
    chamber: Chamber, conflicts: Sequence[Conflict], critical: Iterable[Interrupt]
) -> tuple[str, ...]:
    """Return, in a few words each, what holds a chamber whose worker has ended with changes.

    `critical` are its unread critical messages.
    """
    apart = [conflict for conflict in conflicts if not fails_together(conflict)]
    red = [conflict for conflict in conflicts if fails_together(conflict)]
    holds = dict.fromkeys(_WORDS[hold.cause] for hold in chamber_holds(chamber, "", critical))
    return (
        *([f"conflict with {_names(apart, chamber)}"] if apart else []),
        *([f"fails together with {_names(red, chamber)}"] if red else []),
        *([verdict_words(chamber.verdict)] if chamber.verdict not in PROVEN else []),
        *holds,
    )


def _names(conflicts: Sequence[Conflict], chamber: Chamber) -> str:
    sides = (conflict.other(chamber.id) for conflict in conflicts)
    return ", ".join(THE_BRANCH if side == BASE else split_chamber_id(side).name for side in sides)


def chamber_symbol(worker: WorkerState, holds: Sequence[str]) -> str:
    """Return a chamber's symbol: its worker's, or the one for held work."""
    is_held = worker.has_work_to_land and holds
    return GROUP_SYMBOLS["held"] if is_held else worker_symbol(worker)


def chamber_word(worker: WorkerState, holds: Sequence[str]) -> str:
    """Return a chamber's word: its worker's, or for finished work whether it can land."""
    if not worker.has_work_to_land:
        return worker_word(worker)
    return "held" if holds else "can land"


def chamber_text(worker: WorkerState, holds: Sequence[str]) -> str:
    """Return a chamber's state as one text, such as `held: conflict with api`."""
    if not worker.has_work_to_land:
        return worker_text(worker)
    reason = ", ".join(holds) or worker.reason
    return f"{chamber_word(worker, holds)}: {reason}" if reason else chamber_word(worker, holds)


def land_counts(counts: Mapping[Group, int], held: int) -> list[str]:
    """Return each group with symbol and number; finished work as `✓ 2 can land`, `⊘ 1 held`.

    `held` is how much of the finished work cannot land.
    """
    texts: list[str] = []
    to_land = counts.get("ready", 0) + counts.get("held", 0)
    for group in GROUPS:
        if group == "ready" and to_land > held:
            texts.append(f"{GROUP_SYMBOLS[group]} {to_land - held} can land")
        elif group == "held" and held:
            texts.append(f"{GROUP_SYMBOLS[group]} {held} held")
        elif group not in ("ready", "held") and group in counts:
            texts += counts_text({group: counts[group]})
    return texts
