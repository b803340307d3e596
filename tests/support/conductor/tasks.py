"""Tasks, chambers and landings in one line each, for tests of the conductor's tools."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Task
from orchestra_core.names import chamber_id
from orchestra_core.store.reads import Reads
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.merge_and_land import (
    PreparedLanding,
    bases_of,
    commit_chambers,
    merge_branches,
)
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON
from tests.support.waiting import BOUND


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


def prepared_landing(
    repo: Repository, task: Task, chambers: Sequence[Chamber], summary: str
) -> PreparedLanding:
    """Commit and merge as completing does, up to the moment before the branch moves."""
    branches = commit_chambers(repo, task, chambers, summary)
    return merge_branches(repo, task, branches, bases_of(chambers), summary, partial=False)


async def chamber_of(context: Context, task_id: str, name: str) -> Chamber:
    """Return a chamber's document."""
    return (await context.store.snapshot()).chambers[chamber_id(task_id, name)]


async def kinds(context: Context) -> list[str]:
    """Return the kinds of all events so far, after the one for the new clone."""
    event_kinds = [event.kind for event in await context.store.events()]
    return event_kinds[1:] if event_kinds[:1] == ["clone.appeared"] else event_kinds


async def until_told(context: Context, kind: str, seconds: float = BOUND) -> None:
    """Wait until an event of this kind is in the history."""
    async with asyncio.timeout(seconds):
        while kind not in await kinds(context):  # noqa: ASYNC110 - each look is a round trip
            await asyncio.sleep(0)


async def leave_half_made(context: Context, repository: TestRepository, task_id: str) -> None:
    """Do what a call does that dies after adding the worktree and before filling it."""
    chamber = Chamber(
        id=f"{task_id}/auth",
        task_id=task_id,
        name="auth",
        path=str(repository.path / ".claude/worktrees/auth"),
        branch=f"orchestra/{task_id}/auth",
        base_commit=repository.head,
        clone=context.clone,
        created_at=1,
    )

    async def reserve(_reads: Reads) -> Change:
        event = Event(
            at=1, kind="chamber.reserved", task_id=task_id, data=EventData(chamber=chamber)
        )
        return Change(events=(event,), claims={"auth": chamber.id})

    await context.store.transact(reserve)
    repository.git(
        "worktree", "add", "--quiet", "--no-checkout", "--lock", "-b", chamber.branch, chamber.path
    )
