"""Files at a removed worktree's place: which they are, and what a save of them holds."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.saves.save_late_files import LastState, late_files, save_late_files
from tests.support.git.repositories import TestRepository, small_repository

REF = "refs/orchestra/saved/t-1/auth/2"


@pytest.fixture
def main(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {"README": "hello\n", ".gitignore": "*.log\n"})


@pytest.fixture
def repo(main: TestRepository) -> Repository:
    return open_repository(main.path)


@pytest.fixture
def directory(tmp_path: Path) -> TestRepository:
    """A plain directory at the place of a worktree that was removed."""
    (tmp_path / "auth").mkdir()
    return TestRepository(tmp_path / "auth")


def onto_head(repo: Repository) -> LastState:
    return LastState(repo.head().commit, "HEAD^{tree}")


def test_files_and_links_are_late_but_not_what_orchestra_wrote(directory: TestRepository) -> None:
    directory.write("src/late.py", "late\n")
    directory.write(".INTERRUPT", "{}")
    (directory.path / "empty").mkdir()
    (directory.path / "link").symlink_to("src")
    assert late_files(directory.path) == ["link", "src/late.py"]


def test_late_files_are_saved_with_ignored_ones_on_top_of_what_was_there_last(
    main: TestRepository, repo: Repository, directory: TestRepository
) -> None:
    directory.write("late.log", b"late\r\n")
    directory.write("src/[late].py", "late\n")
    saved = save_late_files(repo, directory.path, REF, onto_head(repo), "late")
    assert saved is not None
    assert (saved.commit, saved.head) == (main.git("rev-parse", REF), main.head)
    names = main.git("ls-tree", "-r", "--name-only", REF).split("\n")
    assert names == [".gitignore", "README", "late.log", "src/[late].py"]
    assert main.git("show", "-s", "--format=%P", REF).split()[0] == main.head
    assert main.status == ""


def test_the_last_tree_counts_and_not_the_one_of_head(
    main: TestRepository, repo: Repository, directory: TestRepository
) -> None:
    main.commit("theirs", {"theirs": "x\n"})
    with_theirs = main.git("rev-parse", "HEAD^{tree}")
    main.git("reset", "--quiet", "--hard", "HEAD~1")
    directory.write("late.py", "late\n")
    save_late_files(repo, directory.path, REF, LastState(main.head, with_theirs), "late")
    assert main.git("ls-tree", "--name-only", REF, "theirs", "late.py").split() == [
        *("late.py", "theirs")
    ]


def test_without_files_nothing_is_saved(
    main: TestRepository, repo: Repository, directory: TestRepository
) -> None:
    directory.write(".INTERRUPT", "{}")
    assert save_late_files(repo, directory.path, REF, onto_head(repo), "late") is None
    assert main.git("for-each-ref", "refs/orchestra") == ""


@pytest.mark.parametrize("place", ["", "nested/"])
def test_a_repository_among_them_is_refused_and_nothing_is_saved(
    main: TestRepository, repo: Repository, directory: TestRepository, place: str
) -> None:
    directory.write(f"{place}.git/HEAD", "ref: refs/heads/main\n")
    directory.write("late.py", "late\n")
    with pytest.raises(Refused, match="is a git repository of its own, which a save cannot hold"):
        save_late_files(repo, directory.path, REF, onto_head(repo), "late")
    assert main.git("for-each-ref", "refs/orchestra") == ""


def test_saving_again_is_the_same_save_and_other_files_are_refused(
    repo: Repository, directory: TestRepository
) -> None:
    directory.write("late.py", "late\n")
    first = save_late_files(repo, directory.path, REF, onto_head(repo), "late")
    assert save_late_files(repo, directory.path, REF, onto_head(repo), "late") == first
    directory.write("late.py", "later\n")
    with pytest.raises(Refused, match="holds other saved work already"):
        save_late_files(repo, directory.path, REF, onto_head(repo), "late")
