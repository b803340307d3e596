from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.restore import restore_work
from orchestra_server.git.saves.resume_restore import reset_partial_restore
from orchestra_server.git.saves.save import save_work
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository

Stop = Callable[[TestRepository, str], None]


def not_filled(chamber: TestRepository, ref: str) -> None:
    for name in ("README", "src/app.py"):
        (chamber.path / name).unlink()
    Path(chamber.git("rev-parse", "--path-format=absolute", "--git-path", "index")).unlink()


def filled_without_an_index(chamber: TestRepository, ref: str) -> None:
    Path(chamber.git("rev-parse", "--path-format=absolute", "--git-path", "index")).unlink()


def between_files_and_index(chamber: TestRepository, ref: str) -> None:
    chamber.git("read-tree", "-m", "-u", "HEAD", ref)


def with_half_of_its_files(chamber: TestRepository, ref: str) -> None:
    chamber.write("new", "untracked\n")


STOPS: tuple[Stop, ...] = (
    not_filled, filled_without_an_index, between_files_and_index, with_half_of_its_files,
)  # fmt: skip


def half_restored(shop: Workshop, stop: Stop) -> tuple[TestRepository, str]:
    """Save a chamber with work of every kind, and leave its restoring as `stop` does."""
    [chamber] = shop.open("auth")
    chamber.write("README", "staged\n")
    chamber.git("add", "README")
    chamber.write("README", "not staged\n")
    chamber.write("new", "untracked\n")
    (chamber.path / "src/app.py").unlink()
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    remove_worktree(shop.repo, chamber.path)
    shop.main.git("worktree", "add", "--quiet", "--detach", str(chamber.path), shop.main.head)
    stop(chamber, ref)
    return chamber, ref


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_an_interrupted_restore_succeeds_when_repeated(tmp_path: Path, stop: Stop) -> None:
    shop = workshop(tmp_path / "repo")
    chamber, ref = half_restored(shop, stop)

    reset_partial_restore(shop.repo, ref, chamber.path)
    assert chamber.status == ""
    restore_work(shop.repo, ref, chamber.path)

    assert chamber.status.splitlines() == ["MM README", " D src/app.py", "?? new"]
    assert (chamber.read("README"), chamber.read("new")) == ("not staged\n", "untracked\n")


@pytest.mark.parametrize("stop", STOPS, ids=lambda stop: stop.__name__)
def test_files_written_since_an_interrupted_restore_are_kept(tmp_path: Path, stop: Stop) -> None:
    shop = workshop(tmp_path / "repo")
    chamber, ref = half_restored(shop, stop)
    chamber.write("mine.txt", "nowhere else\n")
    before = chamber.status

    reset_partial_restore(shop.repo, ref, chamber.path)

    assert (chamber.status, chamber.read("mine.txt")) == (before, "nowhere else\n")
    with pytest.raises(Refused, match="has uncommitted work"):
        restore_work(shop.repo, ref, chamber.path)


def only_adds(chamber: TestRepository) -> None:
    chamber.write("new", "x\n")


def only_stages(chamber: TestRepository) -> None:
    chamber.write("new", "x\n")
    chamber.git("add", "new")


def only_deletes(chamber: TestRepository) -> None:
    (chamber.path / "README").unlink()


@pytest.mark.parametrize("stop", [not_filled, filled_without_an_index, between_files_and_index])
@pytest.mark.parametrize("change", [only_adds, only_stages, only_deletes])
def test_restoring_resumes_with_one_change_of_any_kind(
    tmp_path: Path, change: Callable[[TestRepository], None], stop: Stop
) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    change(chamber)
    before, ref = chamber.status, saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    remove_worktree(shop.repo, chamber.path)
    shop.main.git("worktree", "add", "--quiet", "--detach", str(chamber.path), shop.main.head)
    stop(chamber, ref)
    reset_partial_restore(shop.repo, ref, chamber.path)
    assert chamber.status == ""
    restore_work(shop.repo, ref, chamber.path)
    assert chamber.status == before


def test_an_operation_that_somebody_began_meanwhile_stays(tmp_path: Path) -> None:
    chamber, ref = half_restored(shop := workshop(tmp_path / "repo"), between_files_and_index)
    chamber.git("bisect", "start")
    before = chamber.status
    reset_partial_restore(shop.repo, ref, chamber.path)
    assert chamber.status == before
    assert "bisect" in chamber.git("status")


def test_unmerged_files_stay(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    head = chamber.commit("mine", {"README": "mine\n"})
    shop.main.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    remove_worktree(shop.repo, chamber.path)
    shop.main.git("worktree", "add", "--quiet", "--detach", str(chamber.path), head)
    restore_work(shop.repo, ref, chamber.path)
    reset_partial_restore(shop.repo, ref, chamber.path)
    assert chamber.status == "UU README"


def test_restoring_resumes_after_head_has_left_the_chambers_branch(
    tmp_path: Path,
) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    own = chamber.commit("own", {"own": "x\n"})
    chamber.git("switch", "--quiet", "-c", "trial", "HEAD~")
    there = chamber.commit("there", {"there": "x\n"})
    chamber.write("there", "changed\n")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved", own_branch="orchestra/t-1/auth")
    remove_worktree(shop.repo, chamber.path)
    shop.main.git("worktree", "add", "--quiet", str(chamber.path), "orchestra/t-1/auth")
    assert chamber.head == own
    chamber.git("read-tree", "-m", "-u", "HEAD", there)
    reset_partial_restore(shop.repo, ref, chamber.path)
    assert chamber.status == ""
    restore_work(shop.repo, ref, chamber.path)
    assert (chamber.head, chamber.status) == (there, " M there")
