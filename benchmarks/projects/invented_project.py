"""Fills a store as after weeks of work: tasks, chambers and a long history, all invented."""

from collections.abc import Iterator
from itertools import islice

from benchmarks.rooms.pipeline import Pipeline
from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Agent, Chamber, Phase, Task
from orchestra_core.names import chamber_id
from orchestra_server.domain.tasks import task_lifecycle

BEGAN = 1_790_000_000_000  # some moment, in milliseconds since 1970
PHASES = tuple(Phase(name=name) for name in ("discovery", "implementation", "review"))
_PER_CHANGE = 500


def task(number: int, directory: str = "/repo") -> Task:
    """Return task `number`; the higher, the newer."""
    return Task(
        id=f"task-{number:05d}",
        description=f"T{number:05d} rework the session handling of the shop",
        complexity="moderate",
        reasons=("touches several modules",),
        working_directory=directory,
        base_branch="main",
        phases=PHASES,
        phase="discovery",
        started_at=BEGAN + number * 1_000,
    )


def chamber(number: int, task_number: int) -> Chamber:
    """Return chamber `number`, of a task."""
    task_id = task(task_number).id
    name = f"part-{number:04d}"
    return Chamber(
        id=chamber_id(task_id, name),
        task_id=task_id,
        name=name,
        state="live",
        path=f"/repo/.claude/worktrees/{name}",
        branch=f"orchestra/{task_id}/{name}",
        brief="Do your part of the session handling and keep to the interfaces",
        created_at=BEGAN + number,
    )


def seed(
    pipeline: Pipeline, tasks: int, chambers: int, *, per_task: int = 10, directory: str = "/repo"
) -> None:
    """Start tasks and create chambers, `per_task` for each of the newest tasks."""
    pipeline.commit(_joined(_started(tasks, directory)))
    pipeline.commit(_joined(_created(tasks, chambers, per_task)))


def lengthen(pipeline: Pipeline, events: int) -> None:
    """Add so many events to the history that change one and the same agent."""
    pipeline.commit(_joined(_acted(events)))


def _started(tasks: int, directory: str) -> Iterator[Change]:
    return map(task_lifecycle.started, (task(number, directory) for number in range(tasks)))


def _created(tasks: int, chambers: int, per_task: int) -> Iterator[Change]:
    for number in range(chambers):
        created = chamber(number, max(0, tasks - 1 - number // per_task))
        event = Event(
            at=created.created_at,
            kind="chamber.created",
            task_id=created.task_id,
            chamber=created.name,
            data=EventData(chamber=created),
        )
        yield Change(events=(event,), claims={created.name: created.id})


def _acted(events: int) -> Iterator[Change]:
    task_id = task(0).id
    for number in range(events):
        agent = Agent(
            id=f"{task_id}/worker", task_id=task_id, agent_id="worker", actions=number + 1
        )
        data = EventData(agent=agent, action="edit", result="done")
        event = Event(at=BEGAN + number, kind="agent.acted", task_id=task_id, data=data)
        yield Change(events=(event,))


def _joined(changes: Iterator[Change]) -> Iterator[Change]:
    while group := tuple(islice(changes, _PER_CHANGE)):
        yield Change(
            events=tuple(event for change in group for event in change.events),
            claims={name: id_ for change in group for name, id_ in change.claims.items()},
        )
