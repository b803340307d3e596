"""The room's hold on a real daemon."""

import asyncio
import os
import signal
from pathlib import Path

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_server.files.hook.requests.ask_operator import can_be_answered
from orchestra_tui.backend.daemon_hold import DaemonHold
from tests.support.git.repositories import small_repository
from tests.support.waiting import until


async def test_the_room_hears_that_its_daemon_is_gone_and_starts_one_that_was_stopped(
    settings: Settings, tmp_path: Path
) -> None:
    project = find_project(small_repository(tmp_path / "shop").path)
    told = list[bool]()
    hold = DaemonHold(project, settings)
    hold.needed()  # by an event that comes before
    orchestra = str(project.git_dir / "orchestra")
    assert not can_be_answered(orchestra)
    holding = asyncio.create_task(hold.run(told.append))
    await until(lambda: told == [True], 30)
    answer = await asyncio.to_thread(ask_daemon, project.git_dir, {"call": "about"}, 5.0)
    assert answer is not None
    assert can_be_answered(orchestra)
    os.kill(int(answer["pid"]), signal.SIGKILL)
    await until(lambda: told == [True, False, True], 30)
    assert await asyncio.to_thread(stop_daemon, project.git_dir)
    await until(lambda: told[3:] == [False], 30)
    hold.needed()
    await until(lambda: told[3:] == [False, True], 30)
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert not can_be_answered(orchestra)
