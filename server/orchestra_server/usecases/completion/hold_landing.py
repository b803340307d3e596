"""Prepares a landing and protects its objects from git's garbage collection."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from orchestra_core.errors import Refused
from orchestra_core.models import Task
from orchestra_server.git.merge.held_merge import hold_merge, release_merge
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.branch_tips import branch_tips
from orchestra_server.git.repository.deleted_objects import is_by_deleted_objects
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding

_ATTEMPTS = 5


@asynccontextmanager
async def held_landing(
    repo: Repository,
    task: Task,
    merge: Callable[[], Awaitable[PreparedLanding]],
    check: Callable[[PreparedLanding], Awaitable[PreparedLanding]],
    later: AsyncExitStack,
) -> AsyncGenerator[PreparedLanding]:
    """Merge, again where the objects are deleted; hold and check the merge, and yield it.

    Once it has landed its branch holds it, and it is released beside what follows: `later` waits
    for that. Raises Refused if the objects are deleted each time before a ref holds them, and what
    `check` raises.
    """
    landing = await _merge_held(repo, task.id, merge, check)
    try:
        yield landing
    finally:
        release = asyncio.create_task(_release(repo, task.id, landing))
        later.push_async_callback(asyncio.wait, [release])
        if not await asyncio.to_thread(_has_landed, repo, task, landing):
            await release


async def _merge_held(
    repo: Repository,
    task_id: str,
    merge: Callable[[], Awaitable[PreparedLanding]],
    check: Callable[[PreparedLanding], Awaitable[PreparedLanding]],
) -> PreparedLanding:
    for attempt in range(_ATTEMPTS):
        try:
            landing = await merge()
            is_held, checked = await asyncio.gather(
                _held(repo, task_id, landing), check(landing), return_exceptions=True
            )
            if isinstance(is_held, BaseException):
                raise is_held
            if is_held and isinstance(checked, BaseException):
                await _release(repo, task_id, landing)
                raise checked
        except GitFailed as fault:
            if attempt == _ATTEMPTS - 1 or not is_by_deleted_objects(fault):
                raise
            continue
        if is_held and not isinstance(checked, BaseException):
            return checked
    raise Refused(
        "git deletes what is merged before it can land (is 'git gc --prune=now' running again and "
        "again?); nothing has landed: call again when it has ended"
    )


def _has_landed(repo: Repository, task: Task, landing: PreparedLanding) -> bool:
    branch = task.base_branch
    return bool(branch) and branch_tips(repo, [branch]).get(branch) == landing.commit


async def _held(repo: Repository, task_id: str, landing: PreparedLanding) -> bool:
    lasting = (landing.old, *landing.tips.values())
    return not landing.moves or await asyncio.to_thread(
        hold_merge, repo, task_id, landing.commit, lasting
    )


async def _release(repo: Repository, task_id: str, landing: PreparedLanding) -> None:
    if landing.moves:
        await asyncio.to_thread(release_merge, repo, task_id)
