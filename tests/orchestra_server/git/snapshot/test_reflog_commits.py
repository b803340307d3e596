"""Commits that a worker took back are found while the worktree's log knows them."""

from pathlib import Path

import pytest

from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.snapshot.reflog_commits import LOG, abandoned_commits
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "repo")


def abandoned(made: TestRepository) -> list[str]:
    return abandoned_commits(open_repository(made.path), made.path / ".git", made.head)


def test_a_linear_history_has_no_abandoned_commit(made: TestRepository) -> None:
    made.commit("one")
    made.commit("two")
    assert abandoned(made) == []


def test_an_amended_commit_is_abandoned(made: TestRepository) -> None:
    first = made.commit("one", {"one.txt": "1"})
    made.git("commit", "--quiet", "--amend", "-m", "one, said better")
    assert abandoned(made) == [first]


def test_a_commit_that_was_reset_away_is_abandoned(made: TestRepository) -> None:
    start = made.head
    taken_back = made.commit("one", {"one.txt": "1"})
    made.git("reset", "--quiet", "--hard", start)
    made.commit("another", {"two.txt": "2"})
    assert abandoned(made) == [taken_back]


def test_a_commit_that_was_reset_away_and_picked_again_is_not_abandoned(
    made: TestRepository,
) -> None:
    start = made.head
    picked_commit = made.commit("one", {"one.txt": "1"})
    made.git("reset", "--quiet", "--hard", start)
    made.git("reset", "--quiet", "--hard", picked_commit)
    assert abandoned(made) == []


def test_a_rebased_commit_is_abandoned(made: TestRepository) -> None:
    made.git("checkout", "--quiet", "-b", "work")
    before = made.commit("work", {"one.txt": "1"})
    made.git("checkout", "--quiet", "main")
    made.commit("meanwhile", {"two.txt": "2"})
    made.git("checkout", "--quiet", "work")
    made.git("rebase", "--quiet", "main")
    assert before in abandoned(made)


def test_a_commit_that_git_has_pruned_is_left_out(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1"})
    made.git("commit", "--quiet", "--amend", "-m", "one, said better")
    log = (made.path / ".git" / LOG).read_text()
    made.git("reflog", "expire", "--expire=now", "--all")
    made.git("gc", "--quiet", "--prune=now")
    (made.path / ".git" / LOG).write_text(log)
    assert abandoned(made) == []


def test_without_a_reflog_nothing_is_abandoned(made: TestRepository) -> None:
    made.commit("one", {"one.txt": "1"})
    made.git("commit", "--quiet", "--amend", "-m", "one, said better")
    (made.path / ".git" / LOG).unlink()
    assert abandoned(made) == []
