"""A user's hold on the daemon, through its deaths and through `orchestra down`."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from orchestra_core.daemon import ask_daemon as asking
from orchestra_core.daemon import keep_daemon
from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.daemon.daemon_files import daemon_lock, daemon_log
from orchestra_core.daemon.keep_daemon import KeptDaemon, kept_daemon
from orchestra_core.daemon.start_daemon import daemon_environ, stop_daemon
from orchestra_core.errors import Unavailable
from orchestra_core.process.file_lock import is_locked
from orchestra_core.project import Project
from orchestra_core.settings import Settings
from tests.support.waiting import until


def holders_of_daemon(project: Project, settings: Settings) -> tuple[int, int]:
    """Return the daemon's process and how many hold it, zeros for no daemon."""
    environ = daemon_environ(project, settings)
    question = {"call": "about", **introduction(project.git_dir, environ)}
    answer = ask_daemon(project.git_dir, question, 5)
    return (int(answer["pid"]), int(answer["attached"])) if answer else (0, 0)


def logged(project: Project) -> str:
    return Path(daemon_log(project.git_dir)).read_text()


async def test_a_daemon_lives_as_long_as_somebody_keeps_it(
    project: Project, settings: Settings
) -> None:
    async with kept_daemon(project, settings):
        await until(lambda: holders_of_daemon(project, settings)[1] == 1, 30)
        async with kept_daemon(project, settings):
            await until(lambda: holders_of_daemon(project, settings)[1] == 2, 30)
        await until(lambda: holders_of_daemon(project, settings)[1] == 1, 30)
    await until(lambda: not is_locked(daemon_lock(project.git_dir)), 30)


async def test_a_kept_daemon_that_is_killed_is_started_again(
    project: Project, settings: Settings
) -> None:
    async with kept_daemon(project, settings):
        await until(lambda: holders_of_daemon(project, settings)[1] == 1, 30)
        first, _ = holders_of_daemon(project, settings)
        os.kill(first, signal.SIGKILL)
        await until(lambda: holders_of_daemon(project, settings)[0] not in {0, first}, 30)


async def test_a_kept_daemon_that_was_stopped_starts_when_it_is_needed_again(
    project: Project, settings: Settings
) -> None:
    told = list[bool]()
    kept_daemon = KeptDaemon(project, settings, told.append)
    keeping = asyncio.create_task(kept_daemon.run())
    await until(lambda: told == [True], 30)
    assert stop_daemon(project.git_dir)
    await until(lambda: told == [True, False], 30)
    assert "Traceback" not in logged(project)
    assert holders_of_daemon(project, settings) == (0, 0)
    kept_daemon.needed()
    await until(lambda: told == [True, False, True], 30)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_what_keeps_a_daemon_from_running_is_logged_once(
    project: Project,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tries = list[Project]()

    def refused(asked: Project, *_: object) -> None:
        tries.append(asked)
        raise Unavailable("the daemon did not start")

    monkeypatch.setattr(keep_daemon, "ensure_daemon", refused)
    monkeypatch.setattr(keep_daemon, "_DELAYS", (0.0,))
    async with kept_daemon(project, settings):
        await until(lambda: len(tries) > 3)
    assert caplog.text.count("the daemon did not start") == 1


async def test_a_process_whose_code_was_updated_keeps_a_daemon_of_the_new_code(
    project: Project, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def has_changed(_: object) -> bool:
        return True

    async with kept_daemon(project, settings):
        await until(lambda: holders_of_daemon(project, settings)[1] == 1, 30)
        new, _ = holders_of_daemon(project, settings)
        with monkeypatch.context() as old:
            old.setattr(asking.orchestra_core, "__version__", "0.0.1")
            old.setattr(keep_daemon.OwnCode, "has_changed", has_changed)
            async with kept_daemon(project, settings):
                await until(lambda: holders_of_daemon(project, settings) == (new, 2), 30)
