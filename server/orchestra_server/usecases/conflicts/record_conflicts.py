"""Records the conflicts that verdicts show, if the store has others."""

from collections.abc import Mapping

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.conflicts import Pair, Verdict, recorded, sighted
from orchestra_server.usecases.conflicts.watch_plan import ended_chambers


async def record_conflicts(
    store: Store, clock: Clock, state: ProjectState, verdicts: Mapping[Pair, Verdict], clone: str
) -> None:
    """Write the conflicts that appeared, changed or ended; an ended chamber of `clone` has none."""
    at = clock()
    conflicts = state.conflicts
    sides = {side for conflict in conflicts.values() for side in conflict.between}
    ended = ended_chambers(state, sides, clone)
    updates = sighted(conflicts, verdicts, ended, at)
    if not updates:
        return

    async def decide(reads: Reads) -> Change:
        read = {key: await reads.conflict(key) for key in updates}
        stored = {key: conflict for key, conflict in read.items() if conflict is not None}
        current = sighted({**conflicts, **stored}, verdicts, ended, at)
        return recorded(stored, [current[key] for key in updates if key in current], at)

    await store.transact(decide)
