"""Changes of single files, wherever they are and whether they exist yet."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from orchestra_server.git.watch.named_files import file_changes
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux")
_SECONDS = 20.0


async def told_after(changes: AsyncGenerator[None], *acts: Callable[[], object]) -> None:
    """Fail unless a change that the acts make is told."""
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0)
    for act in acts:
        act()
    await asyncio.wait_for(waiting, _SECONDS)


async def test_a_file_is_reported_when_it_is_created_changed_replaced_and_removed(
    tmp_path: Path,
) -> None:
    file, other = tmp_path / "gate.toml", tmp_path / "other"
    async with aclosing(file_changes(lambda: [file])) as changes:
        await anext(changes)
        await told_after(changes, lambda: file.write_text("1"))
        await told_after(changes, lambda: file.write_text("2"))
        await told_after(changes, lambda: other.write_text("3"), lambda: other.rename(file))
        await told_after(changes, lambda: file.chmod(0o600))
        await told_after(changes, file.unlink)


async def test_a_file_whose_directories_do_not_exist_yet_is_reported_when_it_is_created(
    tmp_path: Path,
) -> None:
    file = tmp_path / "state" / "trust" / "record.json"
    async with aclosing(file_changes(lambda: [file])) as changes:
        await anext(changes)
        await told_after(changes, lambda: file.parent.mkdir(parents=True))
        await told_after(changes, lambda: file.write_text("{}"))
        await told_after(changes, file.unlink, file.parent.rmdir)
        await told_after(changes, lambda: (file.parent.mkdir(), file.write_text("{}")))


async def test_a_file_behind_a_link_is_reported_when_its_own_text_changes(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    own = tmp_path / "dotfiles" / "config.toml"
    own.write_text("1")
    link = tmp_path / "config.toml"
    link.symlink_to(own)
    async with aclosing(file_changes(lambda: [link])) as changes:
        await anext(changes)
        await told_after(changes, lambda: own.write_text("2"))
        await told_after(changes, link.unlink)


async def test_other_files_in_the_same_directory_are_not_reported(tmp_path: Path) -> None:
    file = tmp_path / "gate.toml"
    told = list[None]()

    async def note() -> None:
        async with aclosing(file_changes(lambda: [file])) as changes:
            async for _ in changes:
                told.append(None)
                if file.exists():
                    return

    noting = asyncio.create_task(note())
    await until(lambda: bool(told))
    for number in range(50):
        (tmp_path / f"build-{number}").write_text("")
    file.write_text("")
    await asyncio.wait_for(noting, _SECONDS)
    assert len(told) == 2
