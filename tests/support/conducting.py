"""Short hands for tests of the conductor's verbs."""

from collections.abc import Sequence
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_core.names import chamber_id
from orchestra_server.conductor.context import Context
from orchestra_server.conductor.create_chambers import create_chambers_batch
from orchestra_server.conductor.start_task import start_task
from tests.support.repositories import TestRepository
from tests.support.samples import NOON


class Clock:
    """A clock that moves by a millisecond at each look, and by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        self.now += 1
        return self.now


async def a_started_task(context: Context, description: str = "Add a login") -> str:
    """Start a task and return its id."""
    return (await start_task(context, description=description)).task_id


async def chambers_open(
    context: Context, task_id: str, names: Sequence[str]
) -> dict[str, TestRepository]:
    """Create chambers and return their worktrees by name."""
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=names)
    return {chamber.name: TestRepository(Path(chamber.path)) for chamber in made.chambers}


async def chamber_of(context: Context, task_id: str, name: str) -> Chamber:
    """Return a chamber's document."""
    return (await context.store.snapshot()).chambers[chamber_id(task_id, name)]


async def kinds(context: Context) -> list[str]:
    """Return the kinds of all events so far."""
    return [event.kind for event in await context.store.events()]
