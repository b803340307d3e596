from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import restore_work
from orchestra_server.git.saves.resume_restore import reset_partial_restore
from orchestra_server.git.saves.save import save_work
from tests.support.chambers import Workshop, saved_ref, workshop
from tests.support.repositories import TestRepository

Stop = Callable[[TestRepository, str], None]


def not_filled(room: TestRepository, ref: str) -> None:
    for name in ("README", "src/app.py"):
        (room.path / name).unlink()
    Path(room.git("rev-parse", "--path-format=absolute", "--git-path", "index")).unlink()


def filled_without_an_index(room: TestRepository, ref: str) -> None:
    Path(room.git("rev-parse", "--path-format=absolute", "--git-path", "index")).unlink()


def between_files_and_index(room: TestRepository, ref: str) -> None:
    room.git("read-tree", "-m", "-u", "HEAD", ref)


def with_half_of_its_files(room: TestRepository, ref: str) -> None:
    room.write("new", "untracked\n")


STOPS: tuple[Stop, ...] = (
    not_filled, filled_without_an_index, between_files_and_index, with_half_of_its_files,
)  # fmt: skip


def half_restored(shop: Workshop, stop: Stop) -> tuple[TestRepository, str]:
    """Save a chamber with work of every kind, and leave its restoring as `stop` does."""
    [room] = shop.open("auth")
    room.write("README", "staged\n")
    room.git("add", "README")
    room.write("README", "not staged\n")
    room.write("new", "untracked\n")
    (room.path / "src/app.py").unlink()
    ref = saved_ref(room)
    save_work(shop.repo, room.path, ref, "saved")
    remove_worktree(shop.repo, room.path)
    shop.main.git("worktree", "add", "--quiet", "--detach", str(room.path), shop.main.head)
    stop(room, ref)
    return room, ref


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_restoring_that_broke_off_goes_through_when_repeated(tmp_path: Path, stop: Stop) -> None:
    shop = workshop(tmp_path / "repo")
    room, ref = half_restored(shop, stop)

    reset_partial_restore(shop.repo, ref, room.path)
    assert room.status == ""
    restore_work(shop.repo, ref, room.path)

    assert room.status.splitlines() == ["MM README", " D src/app.py", "?? new"]
    assert (room.read("README"), room.read("new")) == ("not staged\n", "untracked\n")


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_what_somebody_wrote_meanwhile_stays(tmp_path: Path, stop: Stop) -> None:
    shop = workshop(tmp_path / "repo")
    room, ref = half_restored(shop, stop)
    room.write("mine.txt", "nowhere else\n")
    before = room.status

    reset_partial_restore(shop.repo, ref, room.path)

    assert (room.status, room.read("mine.txt")) == (before, "nowhere else\n")
    with pytest.raises(Refused, match="has uncommitted work"):
        restore_work(shop.repo, ref, room.path)
