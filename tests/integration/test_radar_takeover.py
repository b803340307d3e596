"""Real servers on one repository: one looks for conflicts, and when it dies the next one does."""

import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from tests.support.conducting import Clock, a_started_task, chambers_open
from tests.support.following import Watch, watching
from tests.support.orchestration import server_environ
from tests.support.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.waiting import until


@contextmanager
def a_server(settings: Settings, directory: Path) -> Generator[subprocess.Popen[bytes]]:
    """Start a server as a client does, and end it as one that leaves."""
    environ = {**os.environ, **PLAIN_GIT, **server_environ(settings)}
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestra_server"],
        env={**environ, "CLAUDE_PROJECT_DIR": str(directory)},
        cwd=directory,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.communicate(timeout=30)


@asynccontextmanager
async def a_project(settings: Settings, top: Path) -> AsyncGenerator[tuple[Context, Watch]]:
    project = find_project(top)
    async with open_store(project.id, settings) as store, watching(store) as told:
        yield (
            Context(
                store=store, project=project, settings=settings, actor="conductor", clock=Clock()
            ),
            told,
        )


async def make_conflict(told: Watch, sides: dict[str, TestRepository], file: str) -> None:
    """Have both chambers write a file differently, and wait until that is told."""
    for name, chamber in sides.items():
        chamber.write(file, f"by {name}\n")
    await told.until(lambda told: any(file in one.files for one in told.state.conflicts.values()))


async def test_another_server_monitors_conflicts_after_the_first_is_killed(
    settings: Settings, tmp_path: Path
) -> None:
    repository = small_repository(tmp_path / "shop")
    lock = repository.path / ".git" / "orchestra-radar.lock"
    async with a_project(settings, repository.path) as (context, told):
        sides = await chambers_open(context, await a_started_task(context), ["auth", "api"])
        with a_server(settings, repository.path) as first:
            await until(lambda: is_locked(lock), 30)
            with a_server(settings, repository.path):
                await make_conflict(told, sides, "one.txt")
                first.kill()
                first.wait()
                await make_conflict(told, sides, "two.txt")
    assert [one.kind for one in told.events if one.kind.startswith("collision.")] == [
        "collision.appeared",
        "collision.changed",
    ]
    assert not is_locked(lock)
    assert not (repository.path / ".git" / "orchestra-radar").exists()
