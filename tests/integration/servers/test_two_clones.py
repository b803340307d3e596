"""Two clones of one origin with real servers and daemons, on one task; one daemon is killed."""

import os
import secrets
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.replies.chambers import CreatedChambers
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.settings import PROJECT, Settings
from tests.support.conductor.orchestration import Conductor, on_stdio
from tests.support.git.repositories import PLAIN_GIT, TestRepository, run_git, small_repository
from tests.support.waiting import until, until_awaited


@asynccontextmanager
async def a_clone(
    settings: Settings, origin: Path, name: str, project: str
) -> AsyncGenerator[tuple[Conductor, TestRepository]]:
    path = origin.with_name(name)
    run_git(origin, "clone", "-q", str(origin), str(path))
    environ = {**PLAIN_GIT, PROJECT: project}
    async with on_stdio(settings, path, origin.with_name(f"{name}.log"), environ) as conductor:
        yield conductor, TestRepository(path)


def pid_of_daemon(repository: TestRepository) -> int:
    """Return the process that answers for the clone, 0 for none."""
    answer = ask_daemon(repository.path / ".git", {"call": "about"}, 5)
    return int(answer["pid"]) if answer else 0


async def test_a_task_lands_for_both_clones_although_a_daemon_is_killed_on_the_way(
    settings: Settings, tmp_path: Path
) -> None:
    seed = small_repository(tmp_path / "seed")
    origin = tmp_path / "origin.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(seed.path), str(origin))
    project = f"shop-{secrets.token_hex(3)}"
    async with (
        a_clone(settings, origin, "here", project) as (here, here_main),
        a_clone(settings, origin, "there", project) as (there, there_main),
    ):
        task = await here.call(StartedTask, "start_task", {"description": "Add a login"})
        for conductor, name in ((here, "api"), (there, "auth")):
            made = await conductor.call(
                CreatedChambers,
                "create_chambers_batch",
                {"task_id": task.task_id, "chamber_names": [name]},
            )
            TestRepository(Path(made.chambers[0].path)).write(f"{name}.py", "1\n")
        await until(lambda: pid_of_daemon(there_main) != 0)
        os.kill(pid_of_daemon(there_main), signal.SIGKILL)

        done = await here.call(
            CompletedTask, "complete_task", {"task_id": task.task_id, "summary": "Add both"}
        )
        assert (done.completed, done.merged) == (True, ["api", "auth"])

        async def are_closed() -> bool:
            status = await here.call(TaskStatus, "get_task_status", {"task_id": task.task_id})
            return {chamber.state for chamber in status.chambers} == {"closed"}

        await until_awaited(are_closed, 30)
        await until(lambda: run_git(origin, "for-each-ref", "refs/orchestra") == "", 30)
    assert {(here_main.path / name).is_file() for name in ("api.py", "auth.py")} == {True}
    assert there_main.git("worktree", "list").count("\n") == 0
