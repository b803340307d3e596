"""The clone's daemon runs the gates that a landing waits for, and whoever is asked can end."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.configuration.gate_plan import read_gate_plan
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.daemon.daemon_files import make_daemon_directories
from orchestra_core.errors import Refused
from orchestra_server.daemon.answer_commands import CommandRunner
from orchestra_server.daemon.lifetime import Lifetime
from orchestra_server.daemon.listener import Listener, RunCommand
from orchestra_server.daemon.served_store import ServedStore
from orchestra_server.git.process.foreign_programs import ProgramWatch, watch_programs
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.gates import ask_daemon_to_judge
from orchestra_server.usecases.gates.judge_tree import TreeJudge, in_repository
from tests.support.git.gates import trusted_gate
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until


@asynccontextmanager
async def a_daemon(context: Context, run: RunCommand | None = None) -> AsyncGenerator[None]:
    """Answer on the clone's socket as its daemon does, in this process."""
    project, settings, store = context.project, context.settings, ServedStore()
    store.opened(context.store)
    runner = CommandRunner(project, LiveSettings(settings, project.root), store)
    lifetime = Lifetime(project.git_dir, lambda: 100)
    make_daemon_directories(project.git_dir)
    try:
        async with Listener(project, settings, lifetime, run or runner.run).listen():
            yield
    finally:
        lifetime.close()


def a_judge(context: Context) -> TreeJudge:
    """Return the judge of a process that is not the daemon."""
    repo = open_repository(context.project.root)
    plan, asking = read_gate_plan(repo.top), replace(context, asks_daemon=True)
    return TreeJudge(context=asking, repo=repo, plan=plan)


async def test_the_daemon_runs_the_gate_once_and_reports_what_it_waits_for(
    context: Context, repository: TestRepository
) -> None:
    gate = trusted_gate(context, repository, "sleep 1.5")
    judge, told = a_judge(context), list[str]()
    commit = in_repository(judge.repo, repository.head)
    async with a_daemon(context):
        with watch_programs(ProgramWatch(lambda waits_for, _seconds: told.append(waits_for))):
            judgement = await judge.judge(commit, "the work of auth")
        assert judgement.passes
        assert told[0] == "gate 'tests' on the work of auth"
        assert (await judge.judge(commit, "the work of auth")).passes
    assert gate.runs == 1


async def test_where_no_daemon_answers_the_gate_runs_here(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask_daemon_to_judge, "_WITHIN", 0.2)
    gate = trusted_gate(context, repository, "true")
    judge = a_judge(context)
    assert (await judge.judge(in_repository(judge.repo, repository.head), "auth")).passes
    assert gate.runs == 1


async def test_a_daemon_that_trusts_other_commands_does_not_judge(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, "true")
    judge = a_judge(context)
    repository.write("orchestra.toml", f'[gate]\ncommand = "touch {tmp_path}/ran"\n')
    async with a_daemon(context):
        assert (await judge.judge(in_repository(judge.repo, repository.head), "auth")).passes
    assert not (tmp_path / "ran").exists()


async def test_the_next_daemon_judges_what_an_ended_one_has_begun(
    context: Context, repository: TestRepository
) -> None:
    gate, asked = trusted_gate(context, repository, "true"), asyncio.Event()

    async def never(_command: object, _tell: Callable[[str], None]) -> Mapping[str, object]:
        asked.set()
        return await asyncio.Event().wait() and {}

    judge = a_judge(context)
    judging: asyncio.Task[object]
    async with a_daemon(context, never):
        judging = asyncio.create_task(
            _awaited(judge.judge(in_repository(judge.repo, repository.head), "auth"))
        )
        await asked.wait()
    async with a_daemon(context):
        await judging
    assert gate.runs == 1


async def _awaited(judging: Awaitable[object]) -> object:
    return await judging


async def test_the_gate_ends_when_whoever_waits_for_it_gives_up(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    trusted_gate(context, repository, f"touch {tmp_path}/runs; exec sleep 100")
    judge, watch = a_judge(context), ProgramWatch()
    commit = in_repository(judge.repo, repository.head)
    async with a_daemon(context):
        with watch_programs(watch):
            judging = asyncio.create_task(_awaited(judge.judge(commit, "the work of auth")))
        await until((tmp_path / "runs").exists)
        watch.stop.set()
        with pytest.raises(Refused, match="was cancelled and was ended; nothing of it is kept"):
            await judging
        (place,) = (context.settings.state_dir / "gates").iterdir()
        await until(lambda: not (place / "in-use").exists())
    assert not (await judge.known(commit)).is_whole


async def test_the_daemons_words_say_why_a_gate_cannot_run(
    context: Context, repository: TestRepository
) -> None:
    trusted_gate(context, repository, "true", '[setup]\ncommand = "echo no network; false"\n')
    judge = a_judge(context)
    async with a_daemon(context):
        with pytest.raises(Refused, match=r"the setup of orchestra.toml fails .*no network"):
            await judge.judge(in_repository(judge.repo, repository.head), "the work of auth")
