from pathlib import Path

import pytest

from orchestra_server.git.saves.save_index_and_operation import (
    SaveExtras,
    compared_entries,
    has_same_extras,
    operation_files,
    read_entry,
    read_extras,
    unmerged_stages,
    write_tree,
)
from orchestra_server.git.snapshot.index_copy import WorktreeState
from tests.support.git.chambers import Workshop, workshop

BLOB = "a" * 40
EXTRAS = {
    "1/a b.py": f"100644 {BLOB}",
    "3/a b.py": f"100755 {BLOB}",
    "git/MERGE_HEAD": f"100644 {BLOB}",
    "index": f"100644 {BLOB}",
}
STATE = WorktreeState(
    "h", "t", "t", "t",
    stages=(f"100644 {BLOB} 1\ta b.py", f"100755 {BLOB} 3\ta b.py"),
    operation=(f"100644 {BLOB}\tMERGE_HEAD",),
)  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def test_unmerged_entries_and_operation_files_are_compared() -> None:
    assert compared_entries(STATE) == [
        f"100644 {BLOB}\t1/a b.py",
        f"100755 {BLOB}\t3/a b.py",
        f"100644 {BLOB}\tgit/MERGE_HEAD",
    ]


def test_extras_equal_a_state_whatever_else_they_hold() -> None:
    assert has_same_extras(EXTRAS, STATE)


@pytest.mark.parametrize("path", ["1/a b.py", "git/MERGE_HEAD"])
def test_extras_without_a_compared_entry_differ_from_the_state(path: str) -> None:
    rest = {name: entry for name, entry in EXTRAS.items() if name != path}
    assert not has_same_extras(rest, STATE)


def test_unmerged_entries_are_returned_as_git_reads_them() -> None:
    assert unmerged_stages(EXTRAS) == f"100644 {BLOB} 1\ta b.py\0" + f"100755 {BLOB} 3\ta b.py\0"


def test_operation_files_are_returned_by_name() -> None:
    assert operation_files(EXTRAS) == {"MERGE_HEAD": BLOB}


def test_the_names_of_extras_are_their_paths() -> None:
    assert SaveExtras((f"100644 {BLOB}\ta b", f"100644 {BLOB}\tindex"), ()).names == {
        "a b",
        "index",
    }


def test_a_tree_of_entries_is_read_back_from_a_save(shop: Workshop) -> None:
    blob = shop.main.git("hash-object", "-w", "README")
    tree = write_tree(shop.repo, [f"100644 {blob}\tgit/HEAD ü"])
    parents = [part for _ in range(3) for part in ("-p", shop.main.head)]
    parents[-1] = shop.main.git("commit-tree", tree, "-m", "extras")
    parents[-3] = shop.main.git("commit-tree", tree, "-m", "index")
    save = shop.main.git("commit-tree", tree, *parents, "-m", "save")
    extras = read_extras(shop.repo, save)
    assert extras == {"git/HEAD ü": f"100644 {blob}"}
    assert read_entry(shop.repo, extras, "git/HEAD ü") == "hello\n"
    assert read_entry(shop.repo, extras, "nothing") == ""


def test_a_save_without_extras_has_none(shop: Workshop) -> None:
    assert read_extras(shop.repo, shop.main.head) == {}
