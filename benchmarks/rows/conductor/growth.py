"""How things grow with the number of chambers and the length of the history."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from benchmarks.figures.measure import by_turns_async, command_ms, taken_ms
from benchmarks.figures.row import Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import a_pipeline
from benchmarks.rows.conductor.status import STATUS
from benchmarks.rows.room.opening import opened
from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.git.repositories import TestRepository


def _chambers(budget: SampleBudget) -> list[Comparison]:
    sizes = (10, 100) if budget.short else (10, 100, 1_000)
    comparisons: list[Comparison] = []
    with a_place() as place:
        for size in sizes:
            repository = place.repository(f"shop-{size}")
            project = find_project(repository.path).id
            with a_pipeline(place.server.url, project) as pipeline:
                invented_project.seed(
                    pipeline, 1, size, per_task=size, directory=str(repository.path)
                )
            comparisons += asyncio.run(_timed(place, repository, f"{size:,} chambers", budget))
    return comparisons


def _events(budget: SampleBudget) -> list[Comparison]:
    sizes = (1_000, 10_000) if budget.short else (1_000, 10_000, 100_000, 1_000_000)
    comparisons: list[Comparison] = []
    with a_place(durable=False) as place:
        for size in sizes:
            repository = place.repository(f"shop-{size}")
            project = find_project(repository.path).id
            with a_pipeline(place.server.url, project) as pipeline:
                invented_project.seed(pipeline, 1, 10, per_task=10, directory=str(repository.path))
                invented_project.lengthen(pipeline, size - 11)
            comparisons += asyncio.run(_timed(place, repository, f"{size:,} events", budget))
    return comparisons


async def _timed(
    place: Place, repository: TestRepository, size: str, budget: SampleBudget
) -> list[Comparison]:
    project = find_project(repository.path)
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor="conductor")
        works = _works(store, context)
        measures = [_measured(work) for work in works.values()]
        samples = await by_turns_async(measures, budget.seconds(2))
        comparisons = [
            comparison(f"{name} at {size}", "ms", taken)
            for name, taken in zip(works, samples, strict=True)
        ]
    status = [command_ms(STATUS, repository.path, place.environ) for _ in range(budget.count(3, 1))]
    (_, _), filled = opened(place, repository.path, 0.1)
    return [
        *comparisons,
        comparison(f"orchestra status at {size}", "ms", status),
        comparison(f"room filled at {size}", "ms", filled),
    ]


def _works(store: Store, context: Context) -> Mapping[str, Callable[[], Awaitable[object]]]:
    task = invented_project.task(0, str(context.project.root))
    event = Event(at=1, kind="task.phase-advanced", task_id=task.id, data=EventData(task=task))

    async def change() -> object:
        async def decide(_: Reads) -> Change:
            return Change(events=(event,))

        return await store.transact(decide)

    return {
        "change": change,
        "snapshot": store.snapshot,
        "last 300 events": lambda: store.last_events(300),
        "get_task_status": lambda: get_task_status(context, task_id=task.id),
        "record_agent_action": lambda: record_agent_action(
            context,
            task_id=task.id,
            agent_id="implementer",
            action=str(time.perf_counter_ns()),
            result="done",
        ),
    }


def _measured(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[float]]:
    return lambda: taken_ms(work())


CHAMBERS = Benchmark(
    "growth-chambers", "The same with ever more chambers in one project (see the plot).", _chambers
)
EVENTS = Benchmark("growth-events", "The same with an ever longer history (see the plot).", _events)
