"""What the daemon answers to a command, however it goes."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.errors import StoreUnavailable
from orchestra_server.daemon import answer_commands
from orchestra_server.daemon.answer_commands import CommandRunner
from orchestra_server.daemon.served_store import ServedStore
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.waiting import until, until_awaited


@pytest.fixture
def served(context: Context) -> ServedStore:
    opened = ServedStore()
    opened.opened(context.store)
    return opened


@pytest.fixture
def runner(context: Context, served: ServedStore) -> CommandRunner:
    return CommandRunner(
        context.project, LiveSettings(context.settings, context.project.root), served
    )


async def test_a_command_is_answered_with_what_it_prints(
    context: Context, runner: CommandRunner
) -> None:
    task = await a_started_task(context)
    sides = await chambers_open(context, task, ["auth"])
    asked = {"name": "interrupt", "root": "/repo", "chamber": "auth", "text": "Use PR 12"}
    answer = await runner.run(asked)
    assert str(answer["text"]).startswith("Interrupt i-")
    assert (sides["auth"].path / ".INTERRUPT").exists()
    await runner.finish()
    (interrupt,) = (await context.store.snapshot()).interrupts.values()
    assert (interrupt.actor, interrupt.state) == ("operator", "posted")


async def test_status_names_the_working_tree_that_it_was_typed_in(runner: CommandRunner) -> None:
    answer = await runner.run({"name": "status", "root": "/else/where", "json": True})
    assert '"root": "/else/where"' in str(answer["text"])
    assert answer["json"]


@pytest.mark.parametrize(
    ("asked", "misused", "line"),
    [
        ({"name": "resume", "root": "/", "chamber": "UP"}, True, "'UP' is not allowed"),
        ({"name": "resume", "root": "/", "chamber": "auth"}, False, "no live chamber 'auth'"),
        ({"name": "dance", "root": "/"}, None, "does not know this command"),
        (None, None, "does not know this command"),
    ],
)
async def test_a_failure_is_one_line_and_says_whether_it_was_misuse(
    runner: CommandRunner, asked: object, misused: object, line: str
) -> None:
    answer = await runner.run(asked)
    assert line in str(answer["error"])
    assert "\n" not in str(answer["error"])
    assert answer.get("misused") is misused


async def test_a_fault_of_the_daemon_is_reported_and_logged(
    runner: CommandRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> str:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr(answer_commands, "run_command", broken)
    answer = await runner.run({"name": "status", "root": "/"})
    assert "failed inside the daemon (ZeroDivisionError: by chance)" in str(answer["error"])
    assert "ZeroDivisionError" in caplog.text


async def test_a_store_that_is_out_of_reach_is_the_commands_error(
    runner: CommandRunner, served: ServedStore
) -> None:
    served.closed(StoreUnavailable("no server at db:6379; start it"))
    answer = await runner.run({"name": "status", "root": "/"})
    assert answer == {"error": "no server at db:6379; start it", "misused": False}


async def test_the_files_that_follow_a_command_are_written_before_the_daemon_ends(
    context: Context, runner: CommandRunner
) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    status = context.project.root / ".claude" / "PARALLEL_STATUS.json"
    await asyncio.to_thread(status.unlink)
    await runner.run({"name": "interrupt", "root": "/", "chamber": "auth", "text": "Use PR 12"})
    await runner.finish()
    await until(status.exists)


async def test_a_command_goes_by_what_the_configuration_says_now(
    context: Context, runner: CommandRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    await runner.run({"name": "interrupt", "root": "/", "chamber": "auth", "text": "Use PR 12"})

    async def is_urgent() -> bool:
        status = await runner.run({"name": "status", "root": "/", "json": True})
        return '"group": "needs-you"' in str(status["text"])

    assert not await is_urgent()
    (tmp_path / "orchestra").mkdir()
    (tmp_path / "orchestra" / "config.toml").write_text("[limits]\nunread = 1\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    await until_awaited(is_urgent)


async def test_a_command_about_chambers_runs_hooks_with_the_callers_environment_and_umask(
    context: Context, runner: CommandRunner, tmp_path: Path
) -> None:
    await a_started_task(context)
    hook = context.project.git_dir / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\necho "$MARK" > {tmp_path}/mark\nsleep 1.2\n')
    hook.chmod(0o755)
    mask = os.umask(0o022)
    os.umask(mask)
    asked: dict[str, object] = {"name": "create", "root": str(context.project.root)}
    asked |= {"chambers": ["auth"], "environ": {**os.environ, "MARK": "mine"}}
    waits = list[str]()

    assert await runner.run({**asked, "umask": mask ^ 0o007}) == {"differs": "umask"}
    answer = await runner.run({**asked, "umask": mask}, waits.append)
    assert str(answer["text"]).startswith("Created, in task")
    assert (tmp_path / "mark").read_text() == "mine\n"
    assert "post-checkout" in waits[0] or "worktree add" in waits[0]


async def test_a_command_whose_import_fails_is_left_to_its_asker(
    runner: CommandRunner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    late = "orchestra_server.operator_commands.chambers.run_chamber_command"
    monkeypatch.setitem(sys.modules, late, None)
    asked = {"name": "diff", "root": "/repo", "chamber": "auth", "typed_at": 1}
    assert await runner.run(asked) == {"differs": "version"}
    assert late in caplog.text


@pytest.mark.parametrize("is_outdated", [True, False])
async def test_a_command_that_fails_with_changed_code_is_left_to_its_asker(
    context: Context, served: ServedStore, monkeypatch: pytest.MonkeyPatch, *, is_outdated: bool
) -> None:
    async def fail(*_: object) -> str:
        raise TypeError("unexpected keyword argument")

    monkeypatch.setattr(answer_commands, "run_command", fail)
    live = LiveSettings(context.settings, context.project.root)
    runner = CommandRunner(context.project, live, served, lambda: is_outdated)
    answer = await runner.run({"name": "resume", "root": "/", "chamber": "auth"})
    assert answer.get("differs") == ("version" if is_outdated else None)
    assert ("error" in answer) != is_outdated
