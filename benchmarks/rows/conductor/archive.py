"""What 30,000 ended tasks cost whoever works on the next one: they should cost nothing."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack

from benchmarks.figures.measure import by_turns, by_turns_async, command_ms, taken_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import a_pipeline
from benchmarks.rows.conductor.status import STATUS
from benchmarks.rows.room.opening import opened
from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Agent, Chamber, Discovery, Task
from orchestra_core.names import chamber_id
from orchestra_core.project import find_project
from orchestra_core.state import ArchivedTask
from orchestra_core.store.archive import removed_by
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.tasks.start_task import start_task
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from orchestra_server.usecases.workers.share_discovery import share_discovery
from tests.support.git.repositories import TestRepository

_EVENTS = (sys.executable, "-m", "orchestra_tui.command_line", "events", "--json")
_EMPTY, _FULL = "no ended task", "ended tasks"
_LEAST = Aim(1.3)


def ended_task(number: int) -> ArchivedTask:
    """Return an ended task with two chambers, what they recorded and one discovery."""
    task_id = f"ended-{number:05d}"
    at = invented_project.BEGAN - 10_000_000_000 + number * 60_000
    task = Task(
        id=task_id,
        description=f"E{number:05d} rework the session handling of the shop",
        complexity="moderate",
        working_directory="/repo",
        phases=invented_project.PHASES,
        state="completed",
        started_at=at,
        finished_at=at + 50_000,
        summary="The session handling is reworked; the interfaces are as they were",
    )
    names = ("api", "auth")
    return ArchivedTask(
        task=task,
        chambers=tuple(
            Chamber(
                id=chamber_id(task_id, name),
                task_id=task_id,
                name=name,
                state="closed",
                path=f"/repo/.claude/worktrees/{name}",
                branch=f"orchestra/{task_id}/{name}",
                created_at=at,
                ended_at=at + 40_000,
            )
            for name in names
        ),
        agents=tuple(
            Agent(id=f"{task_id}/{name}", task_id=task_id, agent_id=name, actions=9)
            for name in names
        ),
        discoveries=(
            Discovery(
                id=f"d-{number}", task_id=task_id, agent_id="api", text="Prices are in cents", at=at
            ),
        ),
    )


def _changes(count: int) -> Iterator[Change]:
    """Yield each task's history, and its move into the archive."""
    for number in range(count):
        archived = ended_task(number)
        task = archived.task
        data = [EventData(task=task)]
        data += [EventData(chamber=chamber) for chamber in archived.chambers * 2]
        data += [
            EventData(agent=agent, action="edit", result="done") for agent in archived.agents * 2
        ]
        data += [EventData(discovery=discovery) for discovery in archived.discoveries]
        events = tuple(
            Event(at=task.started_at, kind="task.completed", task_id=task.id, data=event_data)
            for event_data in data
        )
        yield Change(events=events)
        moved = Event(
            at=task.finished_at,
            kind="task.archived",
            task_id=task.id,
            data=EventData(removed=removed_by(archived)),
        )
        yield Change(events=(moved,), archives=(archived,))


def _measure(budget: SampleBudget) -> list[Comparison]:
    count = budget.count(30_000, 300)
    with a_place(durable=False) as place:
        repositories = {name: place.repository(name.replace(" ", "-")) for name in (_EMPTY, _FULL)}
        for name, repository in repositories.items():
            project = find_project(repository.path).id
            with a_pipeline(place.server.url, project) as pipeline:
                pipeline.commit(_changes(count if name == _FULL else 0))
                invented_project.seed(pipeline, 1, 4, per_task=4, directory=str(repository.path))
                # As many as `orchestra events` prints, so that both print the same.
                invented_project.lengthen(pipeline, budget.count(1_000, 10))
        return [
            *asyncio.run(_tools(place, repositories, budget)),
            *_commands(place, repositories, budget),
        ]


async def _tools(
    place: Place, repositories: Mapping[str, TestRepository], budget: SampleBudget
) -> list[Comparison]:
    async with AsyncExitStack() as stack:
        works: dict[str, Mapping[str, Callable[[], Awaitable[object]]]] = {}
        for name, repository in repositories.items():
            project = find_project(repository.path)
            store = await stack.enter_async_context(open_store(project.id, place.settings))
            works[name] = _works(store, _context(place, repository, store))
        comparisons: list[Comparison] = []
        for tool in works[_FULL]:
            measures = [_timed(works[name][tool]) for name in (_FULL, _EMPTY)]
            ours, against = await by_turns_async(measures, budget.seconds(3))
            comparisons.append(comparison(tool, "ms", ours, _LEAST, versus=_EMPTY, against=against))
        return comparisons


def _context(place: Place, repository: TestRepository, store: Store) -> Context:
    project = find_project(repository.path)
    return Context(store=store, project=project, settings=place.settings, actor="conductor")


def _works(store: Store, context: Context) -> Mapping[str, Callable[[], Awaitable[object]]]:
    task_id = invented_project.task(0).id
    numbers = iter(range(1_000_000))
    return {
        "snapshot": store.snapshot,
        "start_task": lambda: start_task(context, description=f"Measure {next(numbers)}"),
        "get_task_status": lambda: get_task_status(context, task_id=task_id),
        "get_parallel_status": lambda: get_parallel_status(context, task_id=task_id),
        "record_agent_action": lambda: record_agent_action(
            context,
            task_id=task_id,
            agent_id="implementer",
            action=f"step {next(numbers)}",
            result="done",
        ),
        "share_discovery": lambda: share_discovery(
            context,
            task_id=task_id,
            agent_id="implementer",
            discovery=f"fact {next(numbers)}",
            severity="info",
        ),
        "last 300 events": lambda: store.last_events(300),
    }


def _commands(
    place: Place, repositories: Mapping[str, TestRepository], budget: SampleBudget
) -> list[Comparison]:
    paths = [repositories[name].path for name in (_FULL, _EMPTY)]
    comparisons: list[Comparison] = []
    for name, command in (("orchestra status", STATUS), ("orchestra events", _EVENTS)):
        measures = [
            lambda path=path, c=command: command_ms(c, path, place.environ) for path in paths
        ]
        ours, against = by_turns(measures, budget.seconds(6))
        comparisons.append(comparison(name, "ms", ours, _LEAST, versus=_EMPTY, against=against))
    ours, against = (opened(place, path, budget.seconds(6))[1] for path in paths)
    return [
        *comparisons,
        comparison("room filled", "ms", ours, _LEAST, versus=_EMPTY, against=against),
    ]


def _timed(work: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[float]]:
    return lambda: taken_ms(work())


ROW = Benchmark(
    "archive",
    "Tools, commands and the room in a project with 30,000 ended tasks and in one with none.",
    _measure,
)
