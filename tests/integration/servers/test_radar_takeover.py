"""Real servers on one repository hold one daemon, which looks for conflicts whoever dies."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.orchestration import server_environ
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.stores.store_watch import Watch, watching
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


def pid_of_daemon(common_dir: Path) -> int:
    """Return the process that holds the daemon's lock and answers, 0 for none."""
    answer = ask_daemon(common_dir, {"call": "about"}, 5)
    return int(answer["pid"]) if answer else 0


async def make_conflict(told: Watch, sides: dict[str, TestRepository], file: str) -> None:
    """Have both chambers write a file differently, and wait until that is told."""
    for name, chamber in sides.items():
        chamber.write(file, f"by {name}\n")
    await told.until(
        lambda told: any(file in conflict.files for conflict in told.state.conflicts.values())
    )


@pytest.mark.parametrize("victim", ["server", "daemon"])
async def test_conflicts_are_watched_after_a_server_or_the_daemon_is_killed(
    settings: Settings, tmp_path: Path, victim: str
) -> None:
    repository = small_repository(tmp_path / "shop")
    lock = repository.path / ".git" / "orchestra-radar.lock"
    async with a_project(settings, repository.path) as (context, told):
        sides = await chambers_open(context, await a_started_task(context), ["auth", "api"])
        with a_server(settings, repository.path) as first:
            await until(lambda: is_locked(lock), 30)
            with a_server(settings, repository.path):
                await make_conflict(told, sides, "one.txt")
                daemon = pid_of_daemon(context.project.git_dir)
                if victim == "server":
                    first.kill()
                    first.wait()
                    assert pid_of_daemon(context.project.git_dir) == daemon
                else:
                    os.kill(daemon, signal.SIGKILL)
                    await until(
                        lambda: pid_of_daemon(context.project.git_dir) not in {0, daemon}, 30
                    )
                await make_conflict(told, sides, "two.txt")
    assert [event.kind for event in told.events if event.kind.startswith("collision.")] == [
        "collision.appeared",
        "collision.changed",
    ]
    await until(lambda: not is_locked(lock), 30)
    assert not (repository.path / ".git" / "orchestra-radar").exists()
