"""The gate radar: what judging chambers costs beyond the time of the gates themselves."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import Place, a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber, ConflictChecker
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.observed_work import ObservedWork
from orchestra_server.usecases.conflicts.watch_plan import compared_chamber
from orchestra_server.usecases.gates.gate_radar import GateRadar
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import TestRepository


def measure(budget: SampleBudget) -> list[Comparison]:
    """Measure rounds after one chamber has changed, after all have, and after nothing has."""
    chambers, files = budget.count(8, 3), budget.count(500, 50)
    rounds = budget.count(10, 1)
    with a_place() as place:
        one_changed, every, nothing = asyncio.run(_rounds(place, chambers, files, rounds))
    return [
        comparison(
            f"{chambers} chambers of {files} files, one has changed", "ms", one_changed,
            Aim(150, absolute=True),
            note="its own tree and the union of all: two runs of the gate, whose time is taken off",
        ),
        comparison(
            f"{chambers} chambers, each has changed", "ms", every, Aim(150, absolute=True),
            note=f"{chambers + 1} runs of the gate, whose time is taken off",
        ),
        comparison(f"{chambers} chambers, nothing has changed", "ms", nothing),
    ]  # fmt: skip


async def _rounds(
    place: Place, chambers: int, files: int, rounds: int
) -> tuple[list[float], list[float], list[float]]:
    """Return the ms of each kind of round."""
    repository = place.repository(files=files)
    project = find_project(repository.path)
    settings = replace(place.settings, gate_share=100)
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="conductor")
        trusted_gate(context, repository, "sleep 0.05")
        task_id = await a_started_task(context)
        names = [f"part-{number}" for number in range(chambers)]
        opened = [*(await chambers_open(context, task_id, names)).values()]
        state = await store.snapshot()
        compared = [compared_chamber(c, state.tasks[c.task_id]) for c in state.chambers.values()]
        scene = _Scene(context, compared, opened)
        try:
            await scene.round(opened)
            one_changed = [await scene.round(opened[:1]) for _ in range(rounds)]
            every = [await scene.round(opened) for _ in range(rounds)]
            nothing = [await scene.round(()) for _ in range(rounds)]
        finally:
            scene.checker.close()
    return one_changed, every, nothing


class _Scene:
    """A radar that is shown changed chambers, round by round."""

    def __init__(
        self,
        context: Context,
        compared: Sequence[ComparedChamber],
        opened: Sequence[TestRepository],
    ) -> None:
        self._context = context
        self._compared = compared
        self._opened = opened
        self._numbers = count()
        self._seen = 0  # events
        self.checker = ConflictChecker(open_repository(context.project.root))
        self._radar = GateRadar(context, lambda: 100, quiet_seconds=0)

    async def round(self, changed: Sequence[TestRepository]) -> float:
        """Return the ms of a round, without what the gates themselves took."""
        for chamber in changed:
            chamber.write(f"own-{chamber.path.name}.py", f"{next(self._numbers)}\n")
        ids = {each.id for each in self._compared}
        await asyncio.to_thread(self.checker.check, self._compared, ids)
        commits, env = dict(self.checker.snapshots), dict(self.checker.env)
        work = ObservedWork(tuple(self._compared), commits, env, frozenset())
        began = time.perf_counter()
        await self._radar.see(work)
        await self._radar.look()
        taken = time.perf_counter() - began
        events = await self._context.store.events()
        judged = [event.data.verdict for event in events[self._seen :]]
        self._seen = len(events)
        return (taken - sum(verdict.seconds for verdict in judged if verdict)) * 1_000


ROW = Benchmark(
    name="gates",
    meaning=(
        "What a round of the gate radar costs beyond the time of the gates, in the daemon and "
        "its git: uncommitted work is judged, each chamber alone and all that pass together."
    ),
    measure=measure,
)
