"""Worktrees put right: nothing in them changes, and git knows them again."""

import shutil
from pathlib import Path

import pytest

from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.saves.save import save_staged
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.relink import (
    lock_worktree,
    register_worktree_again,
    relink_worktree,
)
from tests.support.git.chambers import TASK, Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository

REASON = "orchestra: chamber auth of task t-1"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "répo")


def worked_in(shop: Workshop) -> TestRepository:
    [chamber] = shop.open("auth")
    chamber.commit("mine", {"mine": "committed\n"})
    chamber.write("staged", "staged\n")
    chamber.git("add", "staged")
    chamber.write("new", "untracked\n")
    return chamber


def test_a_lost_git_file_is_written_again(shop: Workshop) -> None:
    chamber = worked_in(shop)
    before = chamber.status
    (chamber.path / ".git").unlink()
    assert relink_worktree(shop.repo, chamber.path)
    assert chamber.status == before


def test_the_chambers_of_a_moved_repository_are_linked_again(
    shop: Workshop, tmp_path: Path
) -> None:
    chamber = worked_in(shop)
    before = chamber.status
    place = chamber.path.relative_to(shop.main.path)
    moved = shop.main.path.rename(tmp_path / "elsewhere")
    assert relink_worktree(open_repository(moved), moved / place)
    assert TestRepository(moved / place).status == before


def test_a_copied_repository_does_not_take_over_the_originals_chambers(
    shop: Workshop, tmp_path: Path
) -> None:
    chamber = worked_in(shop)
    place = chamber.path.relative_to(shop.main.path)
    copy = Path(shutil.copytree(shop.main.path, tmp_path / "copy", symlinks=True))
    assert not relink_worktree(open_repository(copy), copy / place)
    assert chamber.git("rev-parse", "--git-common-dir") == str(shop.repo.common_dir)


def test_a_worktree_that_git_forgot_is_listed_again_with_all_its_files(shop: Workshop) -> None:
    chamber = worked_in(shop)
    shutil.rmtree(shop.repo.common_dir / "worktrees" / "auth")
    register_worktree_again(shop.repo, chamber.path, f"orchestra/{TASK}/auth", REASON)
    assert chamber.status.splitlines() == ["?? new", "?? staged"]
    assert chamber.git("branch", "--show-current") == f"orchestra/{TASK}/auth"
    tree = next(tree for tree in list_worktrees(shop.repo) if tree.path == chamber.path)
    assert (tree.locked_reason, tree.gone) == (REASON, False)
    assert [path.name for path in chamber.path.parent.iterdir()] == ["auth"]


def test_an_unlocked_worktree_is_locked_again(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    shop.main.git("worktree", "unlock", str(chamber.path))
    lock_worktree(shop.repo, chamber.path, REASON)
    assert REASON in {tree.locked_reason for tree in list_worktrees(shop.repo)}


def test_what_was_staged_in_a_deleted_directory_is_kept(shop: Workshop) -> None:
    chamber = worked_in(shop)
    head = chamber.head
    shutil.rmtree(chamber.path)
    saved = save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved")
    assert saved is not None
    assert (saved.head, saved.branch) == (head, f"orchestra/{TASK}/auth")
    assert shop.main.git("show", f"{saved.ref}:staged") == "staged"


def test_a_deleted_directory_without_staged_work_is_not_saved(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    shutil.rmtree(chamber.path)
    assert save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved") is None
