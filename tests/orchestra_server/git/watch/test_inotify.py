"""What the kernel tells of a directory, and that waiting for it sleeps."""

import asyncio
import sys
from pathlib import Path

import pytest

from orchestra_server.git.watch.inotify import (
    CLOSE_WRITE,
    CREATE,
    DELETE_SELF,
    IGNORED,
    MOVED_TO,
    ONLY_DIRECTORY,
    Inotify,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux")


async def test_a_change_is_reported_with_its_watch_and_its_name(tmp_path: Path) -> None:
    with Inotify() as inotify:
        watch = inotify.add(str(tmp_path), CLOSE_WRITE)
        assert inotify.read() == []
        waiting = asyncio.create_task(inotify.wait())
        (tmp_path / "größe").write_text("x")
        assert await asyncio.wait_for(waiting, 60) == [(watch, CLOSE_WRITE, "größe")]


async def test_several_changes_are_reported_together_in_order(tmp_path: Path) -> None:
    with Inotify() as inotify:
        inotify.add(str(tmp_path), CREATE | MOVED_TO)
        (tmp_path / "one").touch()
        (tmp_path / "one").rename(tmp_path / "two")
        assert [event.name for event in await inotify.wait()] == ["one", "two"]


async def test_two_names_of_a_directory_have_one_watch_which_ends_with_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    with Inotify() as inotify:
        watch = inotify.add(str(folder), DELETE_SELF)
        assert inotify.add(str(tmp_path / "link"), DELETE_SELF) == watch
        folder.rmdir()
        assert [event.mask for event in await inotify.wait()] == [DELETE_SELF, IGNORED]


def test_a_place_that_cannot_be_watched_is_an_error_that_names_it(tmp_path: Path) -> None:
    with Inotify() as inotify:
        with pytest.raises(FileNotFoundError, match="missing"):
            inotify.add(str(tmp_path / "missing"), CREATE)
        (tmp_path / "file").touch()
        with pytest.raises(NotADirectoryError):
            inotify.add(str(tmp_path / "file"), CREATE | ONLY_DIRECTORY)


async def test_a_wait_that_is_given_up_leaves_the_changes_to_the_next(tmp_path: Path) -> None:
    with Inotify() as inotify:
        inotify.add(str(tmp_path), CREATE)
        waiting = asyncio.create_task(inotify.wait())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        (tmp_path / "late").touch()
        assert [event.name for event in await inotify.wait()] == ["late"]
