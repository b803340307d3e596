import subprocess
from pathlib import Path

import pytest

from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.worktrees.own_branch import renamed_branch, way_back
from tests.support.git.chambers import TASK, Workshop, workshop
from tests.support.git.repositories import TestRepository

BRANCH = f"orchestra/{TASK}/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def way(shop: Workshop, chamber: TestRepository) -> str:
    return way_back(shop.repo, chamber.path, BRANCH, read_status(chamber.path))


def test_a_renamed_branch_is_found_in_the_log(shop: Workshop, chamber: TestRepository) -> None:
    base = chamber.head
    chamber.git("branch", "-m", "first")
    chamber.git("branch", "-m", "second")
    assert renamed_branch(shop.repo, chamber.path, BRANCH, base) == "second"


@pytest.mark.parametrize("foreign", [False, True])
def test_without_a_log_a_branch_is_the_chambers_only_if_nobody_else_has_its_commits(
    shop: Workshop, chamber: TestRepository, *, foreign: bool
) -> None:
    base = shop.main.head
    chamber.git("switch", "--quiet", "-c", "mine")
    chamber.commit("work", {"a": "a"})
    if foreign:
        shop.main.git("branch", "release", "mine")
    renamed = renamed_branch(shop.repo, chamber.path, BRANCH, base)
    assert renamed == ("" if foreign else "mine")


def test_a_detached_head_and_the_target_branch_are_no_renamed_branch(
    shop: Workshop, chamber: TestRepository
) -> None:
    base = chamber.head
    chamber.git("switch", "--quiet", "-c", "trunk")
    assert renamed_branch(shop.repo, chamber.path, BRANCH, base, lands_on="trunk") == ""
    chamber.git("switch", "--quiet", "--detach")
    assert renamed_branch(shop.repo, chamber.path, BRANCH, base) == ""


def test_from_another_branch_the_way_back_is_a_switch(
    shop: Workshop, chamber: TestRepository
) -> None:
    shop.main.git("branch", "other")
    chamber.git("switch", "--quiet", "other")
    assert way(shop, chamber).endswith(f"git -C {chamber.path} switch {BRANCH}")


def test_own_commits_are_brought_along(shop: Workshop, chamber: TestRepository) -> None:
    chamber.git("switch", "--quiet", "--detach")
    chamber.commit("work", {"a": "a"})
    assert way(shop, chamber).endswith(f"switch -C {BRANCH}")


def test_a_deleted_branch_is_created_again(shop: Workshop, chamber: TestRepository) -> None:
    chamber.git("switch", "--quiet", "--detach")
    shop.main.git("branch", "-D", BRANCH)
    assert way(shop, chamber).endswith(f"switch -c {BRANCH}")


def test_a_branch_that_was_deleted_under_the_chamber_comes_back_with_its_commits(
    shop: Workshop, chamber: TestRepository
) -> None:
    commit = chamber.commit("work", {"new": "new\n"})
    chamber.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    command = way(shop, chamber).partition("run: ")[2]
    subprocess.run(["sh", "-c", command], check=True)
    assert (chamber.head, chamber.status) == (commit, "")


def test_a_branch_that_another_worktree_is_on_is_released_first(
    shop: Workshop, chamber: TestRepository, tmp_path: Path
) -> None:
    chamber.git("switch", "--quiet", "--detach")
    shop.main.git("worktree", "add", "--quiet", str(tmp_path / "other"), BRANCH)
    assert f"git -C {tmp_path / 'other'} switch --detach && " in way(shop, chamber)


def test_a_bisect_in_progress_is_ended_first(shop: Workshop, chamber: TestRepository) -> None:
    chamber.git("bisect", "start")
    assert way(shop, chamber).endswith("bisect reset")
