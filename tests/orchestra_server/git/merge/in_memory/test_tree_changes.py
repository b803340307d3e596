"""Changes between commits, and which of them need nothing but both sides."""

from pathlib import Path

import pytest

from orchestra_server.git.merge.in_memory.tree_changes import (
    ChangedPaths,
    TreeChanges,
    TreeEntry,
    directories_above,
    read_changes,
    read_changes_of,
)
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, small_repository

ENTRY = TreeEntry("100644", "c0ffee")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {"README": "1\n", "src/app.py": "1\n"})


def changes(*paths: str, removed: str = "") -> TreeChanges:
    return TreeChanges(dict.fromkeys(paths, ENTRY), removed={removed} if removed else set())


def changed(*paths: str, removed: str = "") -> ChangedPaths:
    side = ChangedPaths()
    side.add(changes(*paths, removed=removed))
    return side


def test_new_changed_and_deleted_paths_have_their_entries(shop: TestRepository) -> None:
    before = shop.head
    shop.git("rm", "--quiet", "src/app.py")
    after = shop.commit("more", {"README": "2\n", "new/a": "a\n"})
    changes_read = read_changes(open_repository(shop.path), before, after)
    assert changes_read.files == {
        "README": TreeEntry("100644", shop.git("rev-parse", "HEAD:README")),
        "new/a": TreeEntry("100644", shop.git("rev-parse", "HEAD:new/a")),
        "src/app.py": None,
    }
    assert changes_read.removed == {"src"}
    assert changes_read.directories == {"src": shop.git("rev-parse", f"{before}:src")}


def test_the_changes_of_several_commits_take_one_process(
    shop: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.head
    first_commit = shop.commit("one", {"README": "2\n"})
    nothing = shop.commit("nothing")
    second_commit = shop.commit("two", {"src/app.py": "2\n", "src/more.py": "2\n"})
    forks = {nothing: first_commit, second_commit: nothing, first_commit: before}
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        changes_read = read_changes_of(open_repository(shop.path), forks)
        assert count.commands.count("diff-tree") == 1
    paths = {commit: sorted(changes.files) for commit, changes in changes_read.items()}
    assert paths == {
        nothing: [],
        second_commit: ["src/app.py", "src/more.py"],
        first_commit: ["README"],
    }


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (changed("a"), changes("b")),
        (changed("src/a"), changes("src/b", "src/deep/c")),
        (changed("src-a"), changes("src")),
        (changed("src/a", removed="docs"), changes("src/b")),
        (changed("src/a"), changes("src/b", removed="docs")),
    ],
)
def test_changes_of_different_paths_are_disjoint(ours: ChangedPaths, theirs: TreeChanges) -> None:
    assert ours.is_disjoint(theirs)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (changed("a"), changes("b", "a")),
        (changed("a"), changes("a/b/c")),
        (changed("a/b/c"), changes("a")),
        (changed("kit/a", removed="tools"), changes("tools/deep/b")),
        (changed("tools/deep/b"), changes("kit/a", removed="tools")),
    ],
)
def test_changes_that_affect_the_other_sides_paths_are_not_disjoint(
    ours: ChangedPaths, theirs: TreeChanges
) -> None:
    assert not ours.is_disjoint(theirs)


def test_the_directories_above_a_path_end_below_the_top() -> None:
    assert directories_above("a/b/c") == ["a/b", "a"]
    assert directories_above("a") == []
