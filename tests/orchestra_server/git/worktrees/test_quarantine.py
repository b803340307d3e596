"""A worktree is moved aside before it is looked at for the last time: nothing goes unseen."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused, Unavailable
from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.saves import remove_saved_worktree
from orchestra_server.git.saves.remove_saved_worktree import (
    delete_branches,
    remove_landed_worktree,
    remove_worktree,
)
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.quarantine import (
    delete_discarded_admins,
    discard,
    park_late_files,
    parked_late_files,
    quarantined,
    require_admin_directory,
    require_movable,
    restore_from_quarantine,
    worktree_name,
)
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until

BRANCH = "orchestra/t-1/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def beside(chamber: TestRepository) -> list[str]:
    return sorted(path.name for path in chamber.path.parent.iterdir() if path != chamber.path)


def test_a_landed_chamber_is_removed_after_one_check(
    shop: Workshop, chamber: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = chamber.commit("work", {"new.txt": "new\n"})
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert remove_landed_worktree(shop.repo, chamber.path, BRANCH, tip)
        assert count.commands == ["status"]
    assert not chamber.path.exists()
    assert len(list_worktrees(shop.repo)) == 1
    assert not list(shop.repo.common_dir.glob("orchestra-gone-*"))


def hide_a_change(chamber: TestRepository) -> None:
    chamber.git("update-index", "--assume-unchanged", "README")
    chamber.write("README", "hidden\n")


def take_a_commit_back(chamber: TestRepository) -> None:
    chamber.commit("taken back", {"new.txt": "new\n"})
    chamber.git("reset", "--quiet", "--hard", "HEAD~1")


OTHERWISE: dict[str, Callable[[TestRepository], object]] = {
    "an untracked file": lambda chamber: chamber.write("new.txt", "new\n"),
    "another commit": lambda chamber: chamber.commit("more"),
    "another branch": lambda chamber: chamber.git("checkout", "--quiet", "-b", "mine"),
    "a branch that sorts after": lambda chamber: chamber.git("checkout", "--quiet", "-b", "trial"),
    "a bisection": lambda chamber: chamber.git("bisect", "start"),
    "a hidden change": hide_a_change,
    "a commit taken back": take_a_commit_back,
}


@pytest.mark.parametrize("change", OTHERWISE.values(), ids=OTHERWISE)
def test_a_chamber_that_differs_from_what_landed_is_kept(
    shop: Workshop, chamber: TestRepository, change: Callable[[TestRepository], object]
) -> None:
    tip = chamber.head
    change(chamber)
    before = chamber.status, chamber.head
    assert not remove_landed_worktree(shop.repo, chamber.path, BRANCH, tip)
    assert (chamber.status, chamber.head) == before
    assert beside(chamber) == []


def test_a_file_written_before_the_last_check_keeps_the_chamber(
    shop: Workshop, chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_late(directory: Path, *, among_many: bool) -> object:
        (directory / "late.txt").write_text("by a worker that stands in the directory\n")
        return read_status(directory, among_many=among_many)

    monkeypatch.setattr(remove_saved_worktree, "read_status", look_late)
    assert not remove_landed_worktree(shop.repo, chamber.path, BRANCH, chamber.head)
    assert chamber.status == "?? late.txt"


def test_a_file_written_to_the_chambers_path_after_the_check_is_kept(
    shop: Workshop, chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_give_up(*args: Path) -> None:
        chamber.write("late.txt", "by a worker that goes by the path\n")
        discard(shop.repo, *args[1:])

    monkeypatch.setattr(remove_saved_worktree, "discard", write_and_give_up)
    assert remove_landed_worktree(shop.repo, chamber.path, BRANCH, chamber.head)
    assert chamber.read("late.txt") == "by a worker that goes by the path\n"


def test_a_chamber_that_a_dead_process_left_in_quarantine_is_put_back_first(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("new.txt", "unsaved\n")
    dying = quarantined(chamber.path)
    dying.__enter__()
    assert not chamber.path.exists()
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(shop.repo, chamber.path)
    assert chamber.status == "?? new.txt"


def test_a_file_that_took_the_chambers_path_is_named_and_nothing_is_lost(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("new.txt", "unsaved\n")
    with pytest.raises(Refused) as refused, quarantined(chamber.path) as aside:
        chamber.write("other.txt", "other\n")
    assert str(aside) in str(refused.value)
    assert (aside / "new.txt").read_text() == "unsaved\n"
    assert chamber.read("other.txt") == "other\n"
    with pytest.raises(Refused, match="something else is there"):
        remove_worktree(shop.repo, chamber.path)


async def test_the_files_are_deleted_in_the_background(
    shop: Workshop, chamber: TestRepository
) -> None:
    remove_worktree(shop.repo, chamber.path)
    await until(lambda: beside(chamber) == [])


def test_a_directory_that_is_not_a_worktree_of_the_repository_is_not_removed(
    shop: Workshop, chamber: TestRepository, tmp_path: Path
) -> None:
    subprocess.run(["cp", "-R", chamber.path, tmp_path / "copy"], check=True)
    for path in (shop.main.path, tmp_path / "copy"):
        with pytest.raises(Refused, match="lists no worktree"):
            remove_worktree(shop.repo, path)
    restore_from_quarantine(chamber.path)
    assert chamber.status == ""


def test_branches_are_deleted_together_except_those_that_have_moved(shop: Workshop) -> None:
    seen = shop.main.head
    for name in ("a", "b", "c"):
        shop.main.git("branch", name)
    shop.main.commit("more")
    shop.main.git("branch", "--force", "b")
    assert delete_branches(shop.repo, {"a": seen, "b": seen, "c": seen, "main": seen}) == {"a", "c"}
    assert shop.main.branches == ["b", "main"]


@pytest.mark.parametrize("name", ["another", "z-another"])
def test_a_worktree_of_another_repository_is_refused_whatever_its_name(
    shop: Workshop, tmp_path: Path, name: str
) -> None:
    [theirs] = workshop(tmp_path / name).open("auth")
    with pytest.raises(Refused, match="lists no worktree"):
        require_admin_directory(shop.repo, theirs.path)


@pytest.mark.parametrize("name", ["copy", "z-copy"])
def test_a_copy_of_a_worktree_is_refused_whatever_its_name(
    shop: Workshop, chamber: TestRepository, tmp_path: Path, name: str
) -> None:
    subprocess.run(["cp", "-R", chamber.path, tmp_path / name], check=True)
    with pytest.raises(Refused, match="lists no worktree"):
        require_admin_directory(shop.repo, tmp_path / name)


def test_a_worktree_that_cannot_be_moved_aside_is_refused(tmp_path: Path) -> None:
    with (
        pytest.raises(Refused, match=r"could not be moved aside \(No such file or directory\)"),
        quarantined(tmp_path / "missing"),
    ):
        pytest.fail("nothing was moved")


def delete_the_folder_of_discarded(monkeypatch: pytest.MonkeyPatch, times: int) -> list[Path]:
    """Play another process that deletes the folder just before a worktree is moved there."""
    rename, deleted = Path.rename, list[Path]()

    def late(source: Path, target: Path) -> Path:
        if target.parent.name == ".orchestra-gone" and len(deleted) < times:
            shutil.rmtree(target.parent)
            deleted.append(target.parent)
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", late)
    return deleted


def test_a_worktree_is_discarded_although_its_folder_is_deleted_meanwhile(
    shop: Workshop, chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = require_admin_directory(shop.repo, chamber.path)
    deleted = delete_the_folder_of_discarded(monkeypatch, times=4)
    discard(shop.repo, chamber.path, admin)
    assert len(deleted) == 4
    assert not chamber.path.exists()
    assert not admin.exists()


def test_a_worktree_whose_folder_is_deleted_at_every_attempt_is_kept_completely(
    shop: Workshop, chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = require_admin_directory(shop.repo, chamber.path)
    deleted = delete_the_folder_of_discarded(monkeypatch, times=100)
    with pytest.raises(FileNotFoundError):
        discard(shop.repo, chamber.path, admin)
    assert len(deleted) == 5
    assert (chamber.status, admin.is_dir()) == ("", True)


def test_concurrent_discards_run_one_after_another(shop: Workshop) -> None:
    chambers = shop.open("auth", "api")
    for chamber in chambers:
        admin = require_admin_directory(shop.repo, chamber.path)
        discard(shop.repo, chamber.path, admin)
        assert not admin.exists()
    assert not any(chamber.path.exists() for chamber in chambers)
    assert not (shop.repo.common_dir / "worktrees").exists()


def test_what_a_killed_discard_left_is_deleted_with_the_next_worktree(
    shop: Workshop, chamber: TestRepository
) -> None:
    leftover = shop.repo.common_dir / "orchestra-gone-web-0011aabb"
    leftover.mkdir()
    (leftover / "HEAD").write_text("ref: refs/heads/web\n")
    undeletable = shop.repo.common_dir / "orchestra-gone-file"
    undeletable.write_text("not a directory\n")
    remove_worktree(shop.repo, chamber.path)
    assert not chamber.path.exists()
    assert (leftover.exists(), undeletable.exists()) == (False, True)


def test_late_files_of_a_worktree_are_found_by_its_name_alone(tmp_path: Path) -> None:
    for name in ("api", "auth", "auth-2", "auth"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "late.txt").write_text(name)
        park_late_files(tmp_path / name)
    assert list(tmp_path.glob("[!.]*")) == []
    parked = parked_late_files(tmp_path / "auth")
    assert [(directory / "late.txt").read_text() for directory in parked] == ["auth", "auth"]
    assert [worktree_name(directory.name) for directory in parked] == ["auth", "auth"]
    assert worktree_name("auth-0011aabb") == "auth-0011aabb"


def test_only_a_directory_whose_folder_forbids_it_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def access(path: Path, _mode: int) -> bool:
        return path != tmp_path

    (tmp_path / "auth").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "auth")
    require_movable(tmp_path / "auth")
    monkeypatch.setattr(os, "access", access)  # root may write anywhere
    for path in (tmp_path / "link", tmp_path / "missing"):
        require_movable(path)
    with pytest.raises(Unavailable, match=f"^{tmp_path} cannot be used"):
        require_movable(tmp_path / "auth")


def test_a_worktree_that_somebody_moved_is_refused(shop: Workshop, chamber: TestRepository) -> None:
    moved = chamber.path.rename(chamber.path.with_name("moved"))
    with pytest.raises(Refused, match="lists no worktree"):
        require_admin_directory(shop.repo, moved)


def test_a_file_that_another_process_deletes_from_a_discarded_worktree_is_not_a_failure(
    shop: Workshop, chamber: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def delete_at_once(source: Path, target: Path) -> Path:
        renamed = rename(source, target)
        if target.name.startswith("orchestra-gone-"):
            delete_discarded_admins(shop.repo)  # as the next closing does
        return renamed

    admin = require_admin_directory(shop.repo, chamber.path)
    monkeypatch.setattr(Path, "rename", delete_at_once)
    discard(shop.repo, chamber.path, admin)
    assert not admin.exists()
