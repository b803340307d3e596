"""How the conflict monitor's verdicts make recorded conflicts appear, change and end."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import BASE, Conflict
from orchestra_core.names import split_chamber_id
from orchestra_core.text import one_line

Pair = tuple[str, str]
_ACTOR = "orchestra"
# Enough files to show what it is about; complete_task lists all of them.
_FILES_KEPT = 50
_FILE_LENGTH = 300  # characters


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether two sides merge; if not, git's word for each file (none for unrelated histories)."""

    merges: bool
    kinds: Mapping[str, str] = field(default_factory=dict[str, str])


def conflict_id(pair: Pair) -> str:
    """Return the id under which a pair's conflict is kept."""
    return "|".join(pair)


def sighted(
    recorded_conflicts: Mapping[str, Conflict],
    verdicts: Mapping[Pair, Verdict],
    gone: Collection[str],
    at: int,
) -> dict[str, Conflict]:
    """Return, by id, the conflicts that differ from the recorded ones; a gone chamber has none."""
    now = {
        conflict_id(pair): _conflict(pair, verdict, at)
        for pair, verdict in verdicts.items()
        if not verdict.merges
    }
    judged = {conflict_id(pair) for pair in verdicts}
    changed: dict[str, Conflict] = {}
    for key, conflict in now.items():
        before = recorded_conflicts.get(key)
        if before is None or before.is_over:
            changed[key] = conflict
        elif replace(conflict, since=before.since) != before:
            changed[key] = replace(conflict, since=before.since)
    for key, before in recorded_conflicts.items():
        over = key in judged - now.keys() or any(side in gone for side in before.between)
        if not before.is_over and over:
            changed[key] = replace(before, state="clear", cleared_at=at)
    return changed


def recorded(
    recorded_conflicts: Mapping[str, Conflict], changed: Iterable[Conflict], at: int
) -> Change:
    """Return the change that records these conflicts."""
    return Change(
        events=tuple(
            _event(recorded_conflicts.get(conflict.id), conflict, at) for conflict in changed
        )
    )


def _conflict(pair: Pair, verdict: Verdict, at: int) -> Conflict:
    files = sorted(verdict.kinds)
    task_ids = (split_chamber_id(side).task_id for side in pair if side != BASE)
    return Conflict(
        id=conflict_id(pair),
        task_ids=tuple(dict.fromkeys(task_ids)),
        between=pair,
        files=tuple(one_line(file, _FILE_LENGTH) for file in files[:_FILES_KEPT]),
        kinds=tuple(verdict.kinds[file] for file in files[:_FILES_KEPT]),
        count=len(files),
        since=at,
    )


def _event(before: Conflict | None, after: Conflict, at: int) -> Event:
    kind: Kind = (
        "collision.cleared"
        if after.is_over
        else "collision.changed"
        if before is not None and not before.is_over
        else "collision.appeared"
    )
    chamber = split_chamber_id(after.between[0])
    return Event(
        at=at,
        kind=kind,
        actor=_ACTOR,
        task_id=chamber.task_id,
        chamber=chamber.name,
        data=EventData(conflict=after),
    )
