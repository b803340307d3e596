"""Chambers that fail a gate together: as conflicts of their own kind, and as workers' messages.

A conflict has two sides, so a set of three is kept as its three pairs. A chamber that passes on its
base but fails alone on the present branch conflicts with BASE.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from orchestra_core.gates.gate_verdict import GateVerdict
from orchestra_core.models import BASE, Conflict
from orchestra_core.names import branch_of, split_chamber_id
from orchestra_core.text import quoted
from orchestra_core.wording.gates import FAILS_TOGETHER, fails_together
from orchestra_server.domain.chambers.conflicts import conflict_id

_WORDS = 1_500  # characters of a gate's output in a message


@dataclass(frozen=True, slots=True)
class RedSet:
    """Chambers that fail a gate together, none for the branch itself, with the gate's verdict.

    They are named as the reader of the set names them: by id in the history, by name in a task.
    """

    chambers: tuple[str, ...]
    verdict: GateVerdict


def changed_conflicts(
    recorded: Mapping[str, Conflict], red: Sequence[RedSet], judged: Collection[str], at: int
) -> dict[str, Conflict]:
    """Return, by id, the conflicts that differ from the recorded ones.

    `judged` are the chambers with complete verdicts: what they no longer fail is over.
    """
    now = {conflict.id: conflict for failing in red for conflict in _conflicts(failing, at)}
    changed: dict[str, Conflict] = {}
    for key, conflict in now.items():
        before = recorded.get(key)
        if before is None or before.is_over:
            changed[key] = conflict
    for key, before in recorded.items():
        is_known = all(side == BASE or side in judged for side in before.between)
        if fails_together(before) and not before.is_over and is_known and key not in now:
            changed[key] = replace(before, state="clear", cleared_at=at)
    return changed


def appeared(red: Sequence[RedSet], changed: Mapping[str, Conflict]) -> list[RedSet]:
    """Return the sets with a new conflict, whose workers are to be told."""
    new = {key for key, conflict in changed.items() if not conflict.is_over}
    return [failing for failing in red if any(c.id in new for c in _conflicts(failing, 0))]


def message_to(chamber: str, red: RedSet, base: str) -> str:
    """Return the message for the worker of a chamber; `base` is the branch they land on."""
    others = [split_chamber_id(sibling) for sibling in red.chambers if sibling != chamber]
    gate = red.verdict.gate
    if others:
        names = " and ".join(sibling.name for sibling in others)
        branches = ", ".join(branch_of(*sibling) for sibling in others)
        what = (
            f"Your work and that of {names} fail gate {gate!r} together, although each passes "
            f"alone. Look at what is on {branches} (uncommitted work is not there yet), find what "
            "does not fit, and fix your side if the other one's change is the intended one."
        )
    else:
        what = (
            f"Your work fails gate {gate!r} on top of {base} as it is now, although both pass "
            f"alone. At a clean point commit, merge {base} into your branch, and fix it."
        )
    return f"{what}\nThe gate printed:\n{quoted(red.verdict.output[-_WORDS:])}"


def _conflicts(red: RedSet, at: int) -> list[Conflict]:
    sides = sorted(red.chambers)
    pairs = list(combinations(sides, 2)) if len(sides) > 1 else [(side, BASE) for side in sides]
    return [
        Conflict(
            id=f"{conflict_id(pair)}|gate {red.verdict.gate}",
            task_ids=tuple(
                dict.fromkeys(split_chamber_id(side).task_id for side in pair if side != BASE)
            ),
            between=pair,
            files=(f"gate {red.verdict.gate}",),
            kinds=(FAILS_TOGETHER,),
            count=1,
            since=at,
        )
        for pair in pairs
    ]
