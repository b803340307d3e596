from pathlib import Path

import pytest

from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.repository.upstream import behind_upstream, stale_base
from tests.support.git.repositories import TestRepository, run_git, small_repository


@pytest.fixture
def origin(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "origin")


@pytest.fixture
def clone(origin: TestRepository, tmp_path: Path) -> TestRepository:
    run_git(tmp_path, "clone", "--quiet", str(origin.path), str(tmp_path / "clone"))
    return TestRepository(tmp_path / "clone")


@pytest.fixture
def repo(clone: TestRepository) -> Repository:
    return open_repository(clone.path)


def test_a_base_equal_to_its_upstream_is_not_stale(repo: Repository, clone: TestRepository) -> None:
    assert stale_base(repo, "main", clone.head) == ""


@pytest.mark.parametrize(("count", "said"), [(1, "is 1 commit behind"), (2, "is 2 commits behind")])
def test_a_base_behind_its_fetched_upstream_is_stale(
    repo: Repository, origin: TestRepository, clone: TestRepository, count: int, said: str
) -> None:
    for _ in range(count):
        origin.commit("more")
    assert stale_base(repo, "main", clone.head) == "", "nothing is fetched"
    clone.git("fetch", "--quiet")
    sentence = stale_base(repo, "main", clone.head)
    assert f"{said} origin/main" in sentence
    assert "pull main first" in sentence


def test_a_base_ahead_of_its_upstream_is_not_stale(repo: Repository, clone: TestRepository) -> None:
    assert stale_base(repo, "main", clone.commit("ahead")) == ""


def test_a_branch_without_an_upstream_and_a_detached_head_are_not_stale(
    repo: Repository, clone: TestRepository
) -> None:
    clone.git("branch", "--no-track", "alone")
    assert stale_base(repo, "alone", clone.head) == ""
    assert stale_base(repo, "", clone.head) == ""


def test_a_deleted_branch_is_named_with_the_command_to_create_it(
    repo: Repository, clone: TestRepository
) -> None:
    sentence = stale_base(repo, "gone", clone.head)
    assert f"git branch gone {clone.head[:12]}" in sentence


@pytest.mark.parametrize(("count", "said"), [(1, "is 1 commit behind"), (2, "is 2 commits behind")])
def test_a_branch_that_lacks_fetched_commits_is_behind_its_upstream(
    repo: Repository, origin: TestRepository, clone: TestRepository, count: int, said: str
) -> None:
    clone.commit("own")
    for _ in range(count):
        origin.commit("more")
    assert behind_upstream(repo, "main") == "", "nothing is fetched"
    clone.git("fetch", "--quiet")
    assert behind_upstream(repo, "main").startswith(f"main {said} origin/main, as last fetched")


@pytest.mark.parametrize("branch", ["", "gone", "alone"])
def test_a_branch_without_an_upstream_is_behind_nothing(
    repo: Repository, clone: TestRepository, branch: str
) -> None:
    clone.git("branch", "--no-track", "alone")
    assert behind_upstream(repo, branch) == ""


def test_a_branch_that_is_gone_is_not_taken_for_one_below_its_name(
    repo: Repository, clone: TestRepository
) -> None:
    clone.git("branch", "work/login")
    assert "The branch work " in stale_base(repo, "work", clone.head)
