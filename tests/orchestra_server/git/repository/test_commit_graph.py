"""Which commits build on which."""

from pathlib import Path

import pytest

from orchestra_server.git.repository.commit_graph import read_ancestry
from orchestra_server.git.repository.repository import Repository, open_repository
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "repo")


@pytest.fixture
def repo(made: TestRepository) -> Repository:
    return open_repository(made.path)


def on_branch(made: TestRepository, name: str, start: str) -> str:
    made.git("checkout", "--quiet", "-b", name, start)
    return made.commit(name)


def test_the_base_contains_itself_and_not_its_descendants(
    made: TestRepository, repo: Repository
) -> None:
    base = made.head
    work = on_branch(made, "work", base)
    ancestry = read_ancestry(repo, base, [work])
    assert ancestry.holds(base)
    assert not ancestry.holds(work)


def test_a_merged_branch_brings_all_its_ancestors(made: TestRepository, repo: Repository) -> None:
    base = made.head
    below = on_branch(made, "below", base)
    above = on_branch(made, "above", below)
    other = on_branch(made, "other", base)
    ancestry = read_ancestry(repo, base, [below, above, other])
    ancestry.take(above)
    assert ancestry.holds(below)
    assert ancestry.holds(above)
    assert not ancestry.holds(other)


def test_a_branch_started_before_the_base_does_not_build_on_it(
    made: TestRepository, repo: Repository
) -> None:
    old = made.head
    base = made.commit("base moved on")
    current = on_branch(made, "current", base)
    behind = on_branch(made, "behind", old)
    ancestry = read_ancestry(repo, base, [current, behind])
    assert ancestry.builds_on_base(current)
    assert not ancestry.builds_on_base(behind)


def test_a_branch_that_merged_the_base_builds_on_it(made: TestRepository, repo: Repository) -> None:
    old = made.head
    base = made.commit("base moved on")
    on_branch(made, "behind", old)
    made.git("merge", "--quiet", "--no-edit", base)
    ancestry = read_ancestry(repo, base, [made.head])
    assert ancestry.builds_on_base(made.head)
