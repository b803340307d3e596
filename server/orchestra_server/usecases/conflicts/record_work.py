"""Records whether chambers hold work, and whether all of it is committed, as snapshots show it."""

from collections.abc import Mapping

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.models import Work
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.chamber_lifecycle import work_changed
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.work_done import work_done

_ACTOR = "orchestra"


class WorkWatch:
    """Compares each chamber's snapshot with its base, once for each snapshot."""

    def __init__(self) -> None:
        self._compared: dict[str, str] = {}  # by chamber, the last snapshot

    def compare(
        self,
        repo: Repository,
        env: Mapping[str, str],
        snapshots: Mapping[str, str],
        bases: Mapping[str, str],
    ) -> dict[str, Work]:
        """Return what the chambers hold whose snapshot is new; `bases` names them. Blocking."""
        new = {
            chamber: (snapshot, bases[chamber])
            for chamber, snapshot in snapshots.items()
            if bases.get(chamber) and self._compared.get(chamber) != snapshot
        }
        work = work_done(repo, env, new)
        self._compared |= {chamber: snapshots[chamber] for chamber in work}
        return work


async def record_work(
    store: Store, clock: Clock, state: ProjectState, work: Mapping[str, Work]
) -> None:
    """Write what chambers hold, by chamber id, where `state` has it otherwise."""
    changed: dict[str, Work] = {
        key: held
        for key, held in work.items()
        if key in state.chambers and state.chambers[key].work != held
    }
    if not changed:
        return

    async def decide(reads: Reads) -> Change:
        chambers = {key: await reads.chamber(key) for key in changed}
        at = clock()
        return Change(
            events=tuple(
                work_changed(chamber, changed[key], at=at, actor=_ACTOR)
                for key, chamber in chambers.items()
                if chamber is not None and chamber.is_live and chamber.work != changed[key]
            )
        )

    await store.transact(decide)
