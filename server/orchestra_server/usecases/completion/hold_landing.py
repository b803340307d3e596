"""Prepares a landing and holds it, whatever garbage git collects meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from orchestra_core.errors import Refused
from orchestra_server.git.merge.held_merge import hold_merge, release_merge
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.deleted_objects import is_by_deleted_objects
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.completion.merge_and_land import PreparedLanding

_ATTEMPTS = 5


@asynccontextmanager
async def held_landing(
    repo: Repository, task_id: str, prepare: Callable[[], Awaitable[PreparedLanding]]
) -> AsyncGenerator[PreparedLanding]:
    """Prepare a landing, again where its objects are deleted, and hold it within the block.

    Raises Refused if they are deleted each time before a ref holds them.
    """
    landing = await _prepare_held(repo, task_id, prepare)
    try:
        yield landing
    finally:  # what has landed is held by its branch
        if landing.moves:
            await asyncio.to_thread(release_merge, repo, task_id)


async def _prepare_held(
    repo: Repository, task_id: str, prepare: Callable[[], Awaitable[PreparedLanding]]
) -> PreparedLanding:
    for attempt in range(_ATTEMPTS):
        try:
            landing = await prepare()
        except GitFailed as fault:
            if attempt == _ATTEMPTS - 1 or not is_by_deleted_objects(fault):
                raise
            continue
        lasting = (landing.old, *landing.tips.values())
        if not landing.moves or await asyncio.to_thread(
            hold_merge, repo, task_id, landing.commit, lasting
        ):
            return landing
    raise Refused(
        "git deletes what is merged before it can land (is 'git gc --prune=now' running again and "
        "again?); nothing has landed: call again when it has ended"
    )
