"""Changes that git was told not to see are seen."""

from pathlib import Path

import pytest

from orchestra_server.git.snapshot.hidden_changes import hides_changes
from orchestra_server.git.snapshot.index_copy import read_state
from tests.support.git.repositories import TestRepository, small_repository

ID_BYTES = 20


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return small_repository(
        tmp_path / "repo", {"a/long/name.txt": "x\n", "README": "hello\n", "z": ""}
    )


def hides(made: TestRepository) -> bool:
    return hides_changes(made.path / ".git" / "index", ID_BYTES)


def test_a_plain_index_hides_nothing(made: TestRepository) -> None:
    assert not hides(made)


def test_a_missing_index_hides_nothing(tmp_path: Path) -> None:
    assert not hides_changes(tmp_path / "index", ID_BYTES)


@pytest.mark.parametrize("name", ["README", "a/long/name.txt", "z"])
@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_flagged_file_is_found_at_any_position_in_the_index(
    made: TestRepository, flag: str, name: str
) -> None:
    made.git("update-index", flag, name)
    assert hides(made)


def test_a_flagged_file_is_found_after_a_name_too_long_for_the_index_to_tell_its_length(
    made: TestRepository,
) -> None:
    blob = made.git("rev-parse", "HEAD:README")
    made.git("update-index", "--add", "--cacheinfo", f"100644,{blob},b{'/long' * 1000}")
    assert not hides(made)
    made.git("update-index", "--assume-unchanged", "z")
    assert hides(made)


def test_a_split_index_is_assumed_to_hide_changes(made: TestRepository) -> None:
    made.git("update-index", "--split-index")
    assert hides(made)


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_hidden_change_is_part_of_the_snapshot_and_stays_hidden_from_git(
    made: TestRepository, flag: str
) -> None:
    made.git("update-index", flag, "README")
    made.write("README", "changed in secret\n")
    assert made.status == ""
    state = read_state(made.path)
    assert made.git("show", f"{state.work_tree}:README") == "changed in secret"
    assert state.index_tree == state.head_tree
    assert made.status == ""


def test_a_file_outside_a_sparse_checkout_is_not_a_change(made: TestRepository) -> None:
    made.git("sparse-checkout", "set", "a")
    made.git("update-index", "--skip-worktree", "README")
    (made.path / "README").unlink(missing_ok=True)
    assert read_state(made.path).clean
