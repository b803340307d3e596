"""A chamber whose directory or whole worktree is gone: what git still has of it is saved."""

import shutil
from pathlib import Path

import pytest

from orchestra_server.git.saves.save import find_save, save_branch, save_staged
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository

BRANCH = "orchestra/t-1/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "repo")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def test_commits_and_index_of_a_deleted_directory_are_saved(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "committed\n"})
    chamber.write("staged", "in the index\n")
    chamber.git("add", "staged")
    shutil.rmtree(chamber.path)
    ref = saved_ref(chamber)
    saved = save_staged(shop.repo, chamber.path, ref, "saved", "main")
    assert saved is not None
    assert (saved.ref, saved.head, saved.tip, saved.branch) == (ref, commit, commit, BRANCH)
    assert shop.main.git("show", f"{ref}:new", f"{ref}^2:staged") == "committed\nin the index"
    assert save_staged(shop.repo, chamber.path, ref, "saved", "main") == saved


def test_a_deleted_directory_whose_work_is_merged_needs_no_saving(
    shop: Workshop, chamber: TestRepository
) -> None:
    shutil.rmtree(chamber.path)
    assert save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved", "main") is None
    assert shop.main.git("for-each-ref", "refs/orchestra") == ""


def test_a_deleted_directory_that_was_on_another_branch_is_saved_with_its_own_branch(
    shop: Workshop, chamber: TestRepository
) -> None:
    own = chamber.commit("own", {"own": "x"})
    chamber.git("checkout", "--quiet", "--detach")
    adrift = chamber.commit("adrift", {"adrift": "y"})
    shutil.rmtree(chamber.path)
    ref = saved_ref(chamber)
    saved = save_staged(shop.repo, chamber.path, ref, "saved", "main", own_branch=BRANCH)
    assert saved is not None
    assert (saved.head, saved.branch, saved.tip) == (adrift, "", own)
    save = find_save(shop.repo, ref)
    assert save is not None
    assert (save.commit, save.head, save.tip) == (saved.commit, adrift, own)


def test_a_deleted_directory_whose_branch_is_deleted_too_is_saved_from_its_log(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "x"})
    shutil.rmtree(chamber.path)
    shop.main.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    saved = save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved", "main")
    assert saved is not None
    assert (saved.head, saved.branch) == (commit, BRANCH)


def test_nothing_is_saved_of_a_directory_that_git_does_not_list(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.commit("work", {"new": "x"})
    shop.main.git("worktree", "remove", "--force", "--force", str(chamber.path))
    assert save_staged(shop.repo, chamber.path, saved_ref(chamber), "saved", "main") is None


def test_commits_of_a_branch_without_a_worktree_are_saved(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "x"})
    shop.main.git("worktree", "remove", "--force", "--force", str(chamber.path))
    ref = saved_ref(chamber)
    saved = save_branch(shop.repo, BRANCH, ref, "saved", "main")
    assert saved is not None
    assert (saved.ref, saved.head, saved.tip, saved.branch) == (ref, commit, commit, BRANCH)
    assert shop.main.git("show", f"{ref}:new", f"{ref}^2:new") == "xx"


def test_a_branch_that_is_merged_or_gone_needs_no_saving(
    shop: Workshop, chamber: TestRepository
) -> None:
    assert save_branch(shop.repo, BRANCH, saved_ref(chamber), "saved", "main") is None
    assert save_branch(shop.repo, "none", saved_ref(chamber), "saved", "main") is None


def test_without_a_save_nothing_is_found(shop: Workshop, chamber: TestRepository) -> None:
    assert find_save(shop.repo, saved_ref(chamber)) is None
