"""How long the daemon stays, with times that are given, and with a clock that runs."""

import asyncio
import os
import time
from pathlib import Path

import pytest

from orchestra_server.daemon import lifetime
from orchestra_server.daemon.lifetime import Holder, Lifetime, seconds_left
from orchestra_server.files.spool.spool_folder import make_spool


@pytest.mark.parametrize(
    ("needed_at", "spooled_at", "linger", "expected"),
    [
        (90.0, 0.0, 30.0, 20.0),  # ten of thirty seconds are over
        (50.0, 95.0, 30.0, 25.0),  # a hook has written since
        (50.0, 60.0, 30.0, -10.0),  # nobody for forty seconds
        (90.0, 99.0, 0.0, -10.0),  # it does not linger, and a hook does not keep it
        (500.0, 0.0, 30.0, 30.0),  # a moment in the future counts as now
    ],
)
def test_the_daemon_runs_for_a_while_after_it_was_last_needed(
    needed_at: float, spooled_at: float, linger: float, expected: float
) -> None:
    assert seconds_left(needed_at, spooled_at, 100.0, linger) == expected


async def test_a_daemon_that_nobody_attaches_to_ends_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetime, "_FIRST_USE_SECONDS", 0.01)
    alone = Lifetime(tmp_path, lambda: 0)
    await asyncio.wait_for(alone.ended(), 60)
    assert not alone.was_stopped


async def test_a_held_daemon_stays_and_ends_with_its_last_holder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetime, "_FIRST_USE_SECONDS", 0.01)
    held = Lifetime(tmp_path, lambda: 0)
    ended = asyncio.create_task(held.ended())
    with held.hold():
        with held.hold():
            assert held.holders == 2
        await asyncio.sleep(0.03)  # past its first look
        assert not ended.done()
    await asyncio.wait_for(ended, 60)


async def test_a_hook_that_writes_into_the_spool_keeps_the_daemon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lifetime, "_FIRST_USE_SECONDS", 0.01)
    spool = make_spool(tmp_path)
    written = time.time() + 3_600  # so that the second look is the last one before an hour
    os.utime(spool, (written, written))
    daemon = Lifetime(tmp_path, lambda: 0.05)
    ended = asyncio.create_task(daemon.ended())
    for _ in range(3):
        await asyncio.sleep(0.05)
        assert not ended.done()
    os.utime(spool, (1, 1))
    await asyncio.wait_for(ended, 60)


async def test_a_stopped_daemon_ends_although_it_is_held(tmp_path: Path) -> None:
    stopped = Lifetime(tmp_path, lambda: 100)
    with stopped.hold():
        stopped.stop()
        await asyncio.wait_for(stopped.ended(), 60)
    assert stopped.was_stopped
    stopped.close()


@pytest.mark.parametrize("holder", ["command", "agent"])
async def test_a_daemon_whose_code_has_changed_ends_after_its_commands_and_agents(
    tmp_path: Path, holder: Holder
) -> None:
    changed = list[str]()
    daemon = Lifetime(tmp_path, lambda: 100, lambda: bool(changed))
    ended = asyncio.create_task(daemon.ended())
    with daemon.hold("attached"):
        with daemon.hold(holder):
            assert not daemon.is_outdated()
            changed.append("a module")
            assert daemon.is_outdated()
            await asyncio.sleep(0)
            assert not ended.done()
        await asyncio.wait_for(ended, 60)
    assert daemon.leaves_for_new_code
    daemon.close()


async def test_a_daemon_that_is_stopped_is_not_followed_by_another(tmp_path: Path) -> None:
    daemon = Lifetime(tmp_path, lambda: 100, lambda: True)
    assert daemon.is_outdated()
    daemon.stop()
    assert not daemon.leaves_for_new_code
    daemon.close()
