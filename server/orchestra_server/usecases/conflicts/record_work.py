"""Records whether chambers hold work and whether all of it is committed, from snapshots."""

from collections.abc import Iterable, Mapping

from orchestra_core.change import Change
from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Task, Work
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.domain.chambers.chamber_lifecycle import is_begun, work_changed
from orchestra_server.domain.tasks.task_lifecycle import PhaseStep, reached
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.work_done import work_done
from orchestra_server.usecases.common.record_chamber_values import (
    ChamberValue,
    record_chamber_values,
)
from orchestra_server.usecases.common.transaction import NOTHING
from orchestra_server.usecases.conflicts.watched_health import InThread


def _work(chamber: Chamber) -> Work:
    return chamber.work


_ACTOR = "orchestra"
_WORK = ChamberValue(_work, work_changed)


class WorkRecorder:
    """Compares each chamber's snapshot with its base, once per snapshot."""

    def __init__(self, store: Store, clock: Clock, in_thread: InThread) -> None:
        self._store = store
        self._clock = clock
        self._in_thread = in_thread
        self._compared: dict[str, tuple[str, Work]] = {}  # by chamber: last snapshot, its work

    async def record(
        self,
        repo: Repository,
        env: Mapping[str, str],
        chambers: Mapping[str, tuple[str, str]],
        state: ProjectState,
    ) -> None:
        """Record what chambers hold, if it differs from `state`.

        `chambers` has their snapshots and bases, by id; with `env` git finds the snapshots.
        """
        compared: dict[str, tuple[str, Work]] = {
            key: (snapshot, work)
            for key, (snapshot, work) in self._compared.items()
            if key in chambers and snapshot == chambers[key][0]
        }
        new = {key: commits for key, commits in chambers.items() if key not in compared}
        new_work: dict[str, Work] = await self._in_thread(work_done, repo, env, new)
        compared.update({key: (new[key][0], work) for key, work in new_work.items()})
        self._compared = compared
        values: dict[str, Work] = {key: work for key, (_, work) in compared.items()}
        await record_chamber_values(self._store, self._clock, state.chambers, _WORK, values)
        begun = {
            chamber.task_id
            for key, work in values.items()
            if is_begun(chamber := state.chambers[key], work, state.presence.get(key))
        }
        for task_id in sorted(begun & state.tasks.keys()):
            if self._begun_work(state.tasks[task_id]).moved:
                await self._record_begun_work(task_id)

    def _begun_work(self, task: Task) -> PhaseStep:
        return reached(task, "work begun", at=self._clock(), actor=_ACTOR)

    async def _record_begun_work(self, task_id: str) -> None:
        """Advance the task to the phase of its first work, in case the conductor did not."""

        async def decide(reads: Reads) -> Change:
            task = await reads.task(task_id)
            return NOTHING if task is None else self._begun_work(task).change

        await self._store.transact(decide)


def snapshots_and_bases(
    snapshots: Mapping[str, str], chambers: Iterable[ComparedChamber]
) -> dict[str, tuple[str, str]]:
    """Return both commits of each chamber with a snapshot and a known base."""
    return {
        chamber.id: (snapshots[chamber.id], chamber.base)
        for chamber in chambers
        if chamber.base and chamber.id in snapshots
    }
