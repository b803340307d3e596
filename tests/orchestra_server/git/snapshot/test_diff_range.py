"""What a range of a chamber's history shows, whatever the user's git is set to."""

from pathlib import Path

import pytest

from orchestra_core.replies.review import DiffFile
from orchestra_server.git.snapshot.diff_range import (
    DiffRange,
    range_files,
    range_stat,
    range_text,
    range_whole,
)
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {"README": "1\n2\n3\n4\n5\n6\n", "old": "o\n"})


def a_file(path: str, status: str, insertions: int = 0, deletions: int = 0) -> DiffFile:
    return DiffFile(
        path=path,
        former_path="",
        status=status,
        insertions=insertions,
        deletions=deletions,
        binary=False,
    )


def test_the_files_have_their_status_lines_and_former_names(shop: TestRepository) -> None:
    first = shop.head
    shop.git("mv", "README", "read me")
    shop.git("rm", "--quiet", "old")
    shop.commit("second", {"new\tü": "1\n2\n"})
    (shop.path / "binary").write_bytes(b"\0\1")
    shop.git("add", "binary")
    shop.commit("third", {})
    files = {file.path: file for file in range_files(DiffRange(shop.path, first, shop.head))}
    assert files["new\tü"] == a_file("new\tü", "A", insertions=2)
    assert files["old"] == a_file("old", "D", deletions=1)
    assert files["binary"].binary
    moved = files["read me"]
    assert (moved.status, moved.former_path) == ("R", "README")


def test_a_range_without_an_end_has_the_worktrees_files_and_new_ones(shop: TestRepository) -> None:
    shop.write("README", "1\n2\n3\n4\n5\nsix\n")
    shop.write("new", "n\n")
    range_ = DiffRange(shop.path, shop.head)
    assert range_files(range_) == [
        a_file("README", "M", insertions=1, deletions=1),
        a_file("new", "A", insertions=1),
    ]
    assert "+six\n" in range_text(range_)
    assert shop.status.splitlines() == [" M README", "?? new"]


def test_files_and_text_are_read_from_one_copy_of_the_index(shop: TestRepository) -> None:
    shop.git("mv", "old", ":older")
    shop.write("README", "1\n2\n3\n4\n5\nsix\n")
    range_ = DiffRange(shop.path, shop.head)
    whole = range_whole(range_, 100_000)
    assert whole.files == range_files(range_)
    assert [(file.path, file.former_path) for file in whole.files] == [
        (":older", "old"),
        ("README", ""),
    ]
    blob = shop.git("hash-object", "README")
    assert f"..{blob} 100644\n" in whole.text
    assert not whole.cut
    assert range_whole(range_, 90).cut


def test_one_file_can_be_read_alone_whatever_its_name(shop: TestRepository) -> None:
    shop.write(":(glob)*", "x\n")
    alone = range_whole(DiffRange(shop.path, shop.head, path=":(glob)*"), 100_000)
    assert [file.path for file in alone.files] == [":(glob)*"]


def test_a_range_of_one_commit_is_empty(shop: TestRepository) -> None:
    same = DiffRange(shop.path, shop.head, shop.head)
    assert (range_text(same), range_stat(same), range_files(same)) == ("", "", [])


def test_the_users_settings_change_nothing_of_the_patch(shop: TestRepository) -> None:
    first = shop.head
    for name, value in (
        ("diff.noprefix", "true"),
        ("color.ui", "always"),
        ("diff.external", "false"),
        ("diff.mnemonicPrefix", "true"),
    ):
        shop.git("config", name, value)
    shop.git("commit", "--quiet", "--allow-empty", "-m", "x")
    shop.commit("second", {"README": "1\n"})
    text = range_text(DiffRange(shop.path, first, shop.head))
    assert text.startswith("diff --git a/README b/README\n")
    assert "\x1b" not in text


def test_the_patch_keeps_every_byte(shop: TestRepository) -> None:
    first = shop.head
    (shop.path / "latin").write_bytes(b"caf\xe9\r\n")
    shop.git("add", "latin")
    shop.commit("second", {})
    text = range_text(DiffRange(shop.path, first, shop.head))
    assert b"+caf\xe9\r\n" in text.encode("utf-8", "surrogateescape")


def test_the_table_fits_the_terminal(shop: TestRepository) -> None:
    first = shop.head
    shop.commit("second", {f"{'long' * 30}": "x\n" * 90})
    narrow, wide = (
        range_stat(DiffRange(shop.path, first, shop.head), columns) for columns in (50, 200)
    )
    assert max(len(line) for line in narrow.splitlines()) <= 50
    assert "long" * 30 in wide
