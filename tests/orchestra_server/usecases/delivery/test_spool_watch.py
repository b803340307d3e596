"""Whoever watches the spool learns of each file at once."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from orchestra_server.files.spool.spool_folder import make_spool, spool_folder
from orchestra_server.usecases.delivery import spool_watch
from orchestra_server.usecases.delivery.spool_watch import watch_by_thread, watch_spool
from tests.support.waiting import until

Watch = Callable[[Path, Callable[[], None]], Awaitable[None]]


@pytest.mark.parametrize("watch", [watch_spool, watch_by_thread])
async def test_a_file_that_is_written_and_one_that_is_moved_there_are_told(
    tmp_path: Path, watch: Watch
) -> None:
    changes: list[int] = []
    watching = asyncio.ensure_future(watch(tmp_path, lambda: changes.append(1)))
    await until(lambda: bool(changes))
    for number, write in enumerate((write_there, move_there)):
        before = len(changes)
        write(spool_folder(tmp_path), f"file {number}")
        await until(lambda before=before: len(changes) > before)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def write_there(spool: Path, name: str) -> None:
    (spool / name).write_text("x")


def move_there(spool: Path, name: str) -> None:
    (spool.parent / name).write_text("x")
    (spool.parent / name).rename(spool / name)


async def test_a_spool_that_was_removed_is_made_and_watched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_watch, "_PAUSE_S", 0.01)
    changes: list[int] = []
    watching = asyncio.ensure_future(watch_spool(tmp_path, lambda: changes.append(1)))
    await until(lambda: bool(changes))
    shutil.rmtree(spool_folder(tmp_path))
    await until(lambda: spool_folder(tmp_path).is_dir() and len(changes) > 1)
    before = len(changes)
    write_there(make_spool(tmp_path), "file")
    await until(lambda: len(changes) > before)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_spool_that_cannot_be_made_is_a_line_in_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "orchestra").write_text("in the way")
    await watch_spool(tmp_path, lambda: None)
    assert "cannot be watched" in caplog.text
