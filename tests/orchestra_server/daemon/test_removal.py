"""Being told that the directory that is served has gone."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from orchestra_core.daemon.daemon_files import daemon_lock, make_daemon_directories
from orchestra_core.process.file_lock import open_lock_file
from orchestra_server.daemon.removal import wait_for_removal
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


def number_of_watches() -> int:
    """Return how many inotify watches this process has (proc(5), fdinfo)."""
    return sum(
        text.count("inotify wd:")
        for place in Path("/proc/self/fdinfo").iterdir()
        if (text := _read(place))
    )


def _read(place: Path) -> str:
    try:
        return place.read_text()
    except OSError:
        return ""


@pytest.mark.parametrize("how", ["removed", "renamed", "moved with a directory above it"])
async def test_the_removal_of_the_repository_is_noticed(tmp_path: Path, how: str) -> None:
    common = tmp_path / "shops" / "shop" / ".git"
    common.mkdir(parents=True)
    make_daemon_directories(common)
    held_open = os.fdopen(open_lock_file(daemon_lock(common)))
    before = number_of_watches()
    waiting = asyncio.create_task(wait_for_removal(common))
    await until(lambda: number_of_watches() > before)
    (common / "index").write_text("a change inside is none")
    with held_open:  # as the daemon has it
        if how == "removed":
            shutil.rmtree(common)
        elif how == "renamed":
            common.rename(tmp_path / "other")
        else:
            (tmp_path / "shops").rename(tmp_path / "other")
        await asyncio.wait_for(waiting, 60)
