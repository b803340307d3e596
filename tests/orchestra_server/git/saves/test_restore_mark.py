from pathlib import Path

from orchestra_server.git.saves.restore_mark import mark_restoring, restoring, unmark_restoring

FIRST, SECOND = "refs/orchestra/saved/t-1/auth/1", "refs/orchestra/saved/t-1/auth/2"


def test_a_worktree_is_marked_with_the_save_that_is_being_restored(tmp_path: Path) -> None:
    assert restoring(tmp_path) == ""
    mark_restoring(tmp_path, FIRST)
    assert restoring(tmp_path) == FIRST
    mark_restoring(tmp_path, SECOND)
    assert restoring(tmp_path) == SECOND
    unmark_restoring(tmp_path)
    assert restoring(tmp_path) == ""
    assert list(tmp_path.iterdir()) == []


def test_an_existing_mark_is_not_written_again(tmp_path: Path) -> None:
    mark_restoring(tmp_path, FIRST)
    [mark] = tmp_path.iterdir()
    before = mark.stat()
    mark_restoring(tmp_path, FIRST)
    assert mark.stat().st_ino == before.st_ino


def test_removing_a_missing_mark_changes_nothing(tmp_path: Path) -> None:
    unmark_restoring(tmp_path)
    assert list(tmp_path.iterdir()) == []
