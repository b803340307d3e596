"""A landing's gates run in the clone's daemon; one that is killed at it is followed by the next."""

import asyncio
import os
import signal
from pathlib import Path

from orchestra_core.project import find_project
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from tests.integration.servers.test_radar_takeover import pid_of_daemon
from tests.support.conductor.orchestration import on_stdio
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import small_repository
from tests.support.waiting import until

ONLY_LANDINGS = "[limits]\ngate_share = 0\n"  # run gates


async def test_a_landing_outlives_the_daemon_that_runs_its_gate(
    settings: Settings, tmp_path: Path
) -> None:
    repository = small_repository(tmp_path / "shop")
    project, runs, once = find_project(repository.path), tmp_path / "runs", tmp_path / "once"
    async with open_store(project.id, settings) as store:
        context = Context(
            store=store, project=project, settings=settings, actor="conductor", clock=Clock()
        )
        command = f"echo $PPID >> {runs}; test -f {once} || {{ touch {once}; sleep 100; }}"
        task_id = await a_started_task(context)
        chambers = await chambers_open(context, task_id, ("auth",))
        gate = trusted_gate(context, repository, command)
        chambers["auth"].commit("work", {"auth.txt": ""})
        (tmp_path / "orchestra").mkdir()
        (tmp_path / "orchestra" / "config.toml").write_text(ONLY_LANDINGS)
        environ = {"XDG_CONFIG_HOME": str(tmp_path)}
        async with on_stdio(settings, repository.path, tmp_path / "log", environ) as conductor:
            landing = asyncio.create_task(
                conductor.call(CompletedTask, "complete_task", {"task_id": task_id, "summary": "A"})
            )
            await until(once.exists, seconds=60)
            first = pid_of_daemon(project.git_dir)
            os.kill(first, signal.SIGKILL)
            told = await landing
            second = pid_of_daemon(project.git_dir)
        assert told.completed
        assert [int(pid) for pid in runs.read_text().split()] == [first, second]
        assert gate.runs == 2
        events = [event.kind for event in await store.events() if event.kind.startswith("gate.")]
        assert events == ["gate.passed"]
