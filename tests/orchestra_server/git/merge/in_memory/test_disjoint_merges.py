"""Branches that changed different files are merged into the tree that git would write."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_server.git.merge.in_memory.disjoint_merges import DisjointMerges
from orchestra_server.git.merge.in_memory.edited_tree import TreeObjects
from orchestra_server.git.repository.commit_graph import read_ancestry
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, small_repository

LONG = "".join(f"line {number}\n" for number in range(20))
FILES = {
    "README": LONG,
    "docs/guide": LONG,
    "src/app.py": LONG + "app\n",
    "src/deep/a.py": LONG + "a\n",
    "src/deep/b.py": LONG + "b\n",
    "tools/only": LONG + "only\n",
}
Edits = Mapping[str, str | None]


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", FILES)


def branch(shop: TestRepository, name: str, edits: Edits, start: str = "main") -> str:
    """Commit edits on a new branch; None deletes a path."""
    shop.git("checkout", "--quiet", "-B", name, start)
    for path, content in edits.items():
        if content is None:
            shop.git("rm", "--quiet", "-r", path)
    commit = shop.commit(name, {path: text for path, text in edits.items() if text is not None})
    shop.git("checkout", "--quiet", "main")
    return commit


def merged(shop: TestRepository, *branches: str, base: str = "main") -> list[str]:
    """Return the tree after each branch, "" where git is needed."""
    repo, start = open_repository(shop.path), shop.git("rev-parse", base)
    ancestry = read_ancestry(repo, start, branches)
    objects = TreeObjects(repo)
    merges = DisjointMerges(objects, ancestry, branches)
    trees = list[str]()
    for commit in branches:
        trees.append(merges.merge(commit))
        ancestry.take(commit)
    objects.write()
    return trees


def by_git(shop: TestRepository, *branches: str, base: str = "main") -> list[str]:
    """Return what git merges, one branch after another."""
    result, trees = shop.git("rev-parse", base), list[str]()
    for commit in branches:
        trees.append(shop.git("merge-tree", "--write-tree", result, commit))
        result = shop.git("commit-tree", trees[-1], "-p", result, "-p", commit, "-m", "merge")
    return trees


DISJOINT: dict[str, list[Edits]] = {
    "new files in one new directory": [{"new/a": "a\n"}, {"new/b": "b\n"}, {"new/c/d": "d\n"}],
    "changes in one directory": [{"src/deep/a.py": "a\n"}, {"src/deep/b.py": "b\n"}],
    "a deleted file beside a changed one": [{"src/deep/a.py": None}, {"src/deep/b.py": "b\n"}],
    "a directory emptied by two": [{"src/deep/a.py": None}, {"src/deep/b.py": None}],
    "a file in the place of a directory": [{"src": None, "src.py": "s\n"}, {"README": "r\n"}],
    "a directory in the place of a file": [{"README": None, "docs/x": "x\n"}, {"tools/y": "y\n"}],
    "a renamed file": [{"docs/guide": None, "docs/book": LONG}, {"src/app.py": "app\n"}],
    "a renamed directory": [{"tools/only": None, "kit/only": LONG + "only\n"}, {"new": "n\n"}],
    "names around a directory's": [
        {"src.py": "1\n", "src-x": "2\n"},
        {"src/n": "3\n", "sr": "4\n"},
    ],
    "names that are no plain words": [
        {"ä b": "1\n", "-x": "2\n"},
        {"src/ü\n": "3\n", "#": "4\n"},
    ],
}


@pytest.mark.parametrize("edits", DISJOINT.values(), ids=DISJOINT)
def test_the_trees_are_those_that_git_writes(shop: TestRepository, edits: list[Edits]) -> None:
    branches = [branch(shop, f"b{number}", edit) for number, edit in enumerate(edits)]
    assert merged(shop, *branches) == by_git(shop, *branches)
    shop.git("fsck", "--strict", "--no-dangling")


NEED_GIT: dict[str, tuple[Edits, Edits]] = {
    "one file": ({"README": "first\n" + LONG}, {"README": LONG + "last\n"}),
    "the same change": ({"README": "same\n"}, {"README": "same\n"}),
    "a changed and a deleted file": ({"README": "new\n"}, {"README": None}),
    "a changed and a renamed file": (
        {"docs/guide": LONG + "more\n"},
        {"docs/guide": None, "book": LONG},
    ),
    "a file renamed by both": (
        {"docs/guide": None, "book": LONG},
        {"docs/guide": None, "manual": LONG},
    ),
    "a file where the other has a directory": ({"new": "file\n"}, {"new/a": "a\n"}),
    "a new file in a directory that was renamed": (
        {"tools/only": None, "kit/only": LONG + "only\n"},
        {"tools/more": "more\n"},
    ),
    "a new file below a directory that was renamed": (
        {"src": None, "lib/app.py": LONG + "app\n", "lib/deep/a.py": LONG + "a\n"},
        {"src/deep/more.py": "more\n"},
    ),
}


@pytest.mark.parametrize("edits", NEED_GIT.values(), ids=NEED_GIT)
def test_a_merge_that_needs_more_than_both_sides_changes_is_left_to_git(
    shop: TestRepository, edits: tuple[Edits, Edits]
) -> None:
    first_branch, second_branch = (
        branch(shop, f"b{number}", side) for number, side in enumerate(edits)
    )
    assert merged(shop, first_branch, second_branch)[1] == ""
    assert merged(shop, second_branch, first_branch)[1] == ""


def test_a_base_that_has_grown_since_counts_as_a_side(shop: TestRepository) -> None:
    start = shop.head
    app_branch = branch(shop, "one", {"src/app.py": "app\n"}, start)
    two = branch(shop, "two", {"docs/guide": "guide\n"}, start)
    other = branch(shop, "other", {"README": "work\n"}, start)
    shop.commit("meanwhile", {"docs/new": "new\n", "README": "changed\n"})
    assert merged(shop, app_branch, two, other) == [*by_git(shop, app_branch, two), ""]


def test_branches_from_different_bases_are_compared_with_all_that_is_merged(
    shop: TestRepository,
) -> None:
    old = branch(shop, "old", {"src/app.py": "app\n"})
    same = branch(shop, "same", {"docs/guide": "old\n"})
    shop.commit("meanwhile", {"docs/new": "new\n"})
    new = branch(shop, "new", {"docs/guide": "guide\n"})
    assert merged(shop, new, old, same) == [*by_git(shop, new, old), ""]


def test_a_branch_that_builds_on_a_merged_one_is_left_to_git(shop: TestRepository) -> None:
    below = branch(shop, "below", {"new/a": "a\n"})
    above = branch(shop, "above", {"new/b": "b\n"}, "below")
    assert merged(shop, below, above)[1] == ""
    assert merged(shop, above) == by_git(shop, above)


def test_a_branch_with_two_bases_is_left_to_git(shop: TestRepository) -> None:
    start = shop.head
    shop.commit("meanwhile", {"docs/new": "new\n"})
    branch(shop, "work", {"new/a": "a\n"}, start)
    shop.git("checkout", "--quiet", "work")
    shop.git("merge", "--quiet", "--no-edit", "main")
    work = shop.head
    shop.git("checkout", "--quiet", "main")
    assert merged(shop, work) == [""]


def test_a_submodule_that_gitmodules_ignores_lands_too(shop: TestRepository) -> None:
    rules = '[submodule "m"]\n\tpath = m\n\turl = ./m\n\tignore = all\n'
    shop.write(".gitmodules", rules)
    shop.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},m")
    shop.git("add", ".gitmodules")
    shop.git("commit", "--quiet", "-m", "a submodule")
    start = shop.head
    shop.git("update-index", "--cacheinfo", f"160000,{'2' * 40},m")
    shop.git("commit", "--quiet", "-m", "another commit of it")
    moved = shop.head
    shop.git("reset", "--quiet", start)
    shop.write("README", "new\n")
    shop.git("commit", "--quiet", "-m", "another file", "README")
    other = shop.head
    trees = merged(shop, other, moved, base=start)
    assert trees == by_git(shop, other, moved, base=start)
    assert "2222" in shop.git("ls-tree", trees[1], "m")


def test_modes_and_links_are_kept(shop: TestRepository) -> None:
    shop.git("checkout", "--quiet", "-b", "one")
    (shop.path / "README").chmod(0o755)
    (shop.path / "link").symlink_to("README")
    first_commit = shop.commit("one")
    shop.git("checkout", "--quiet", "main")
    second_commit = branch(shop, "two", {"src/app.py": "app\n"})
    assert merged(shop, first_commit, second_commit) == by_git(shop, first_commit, second_commit)


def test_a_tree_with_an_old_kind_of_mode_is_left_to_git(shop: TestRepository) -> None:
    blob = shop.git("rev-parse", "HEAD:README")
    content = b"100664 README\0" + bytes.fromhex(blob)
    (shop.path.parent / "tree").write_bytes(content)
    tree = shop.git(
        "hash-object", "-w", "--literally", "-t", "tree", str(shop.path.parent / "tree")
    )
    start = shop.git("commit-tree", tree, "-m", "old")
    shop.git("reset", "--quiet", "--hard", start)
    work = branch(shop, "work", {"new": "new\n"})
    assert merged(shop, work) == [""]


def test_merging_continues_from_a_branch_that_git_has_merged(shop: TestRepository) -> None:
    first_branch = branch(shop, "one", {"README": "first\n" + LONG})
    second_branch = branch(shop, "two", {"README": LONG + "last\n"})
    third_branch = branch(shop, "three", {"src/app.py": "app\n"})
    again = branch(shop, "again", {"README": "again\n"})
    repo = open_repository(shop.path)
    ancestry = read_ancestry(repo, shop.head, [first_branch, second_branch, third_branch, again])
    objects = TreeObjects(repo)
    merges = DisjointMerges(objects, ancestry, [first_branch, second_branch, third_branch, again])
    assert merges.merge(first_branch)
    assert merges.merge(second_branch) == ""
    objects.write()
    trees = by_git(shop, first_branch, second_branch, third_branch)
    first = shop.git("commit-tree", trees[0], "-p", "main", "-p", first_branch, "-m", "merge")
    merges.start_at(
        shop.git("commit-tree", trees[1], "-p", first, "-p", second_branch, "-m", "merge")
    )
    assert merges.merge(third_branch) == trees[2]
    assert merges.merge(again) == ""


def test_a_repository_with_sha256_has_its_own_kind_of_names(
    tmp_path: Path, shop: TestRepository
) -> None:
    shop.git("init", "--quiet", "--object-format=sha256", "-b", "main", str(tmp_path / "long"))
    made = TestRepository(tmp_path / "long")
    made.commit("first", FILES)
    branches = [branch(made, "one", {"new/a": "a\n"}), branch(made, "two", {"new/b": "b\n"})]
    assert merged(made, *branches) == by_git(made, *branches)


def test_no_git_runs_for_branches_that_are_left_to_git_from_the_start(
    shop: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = branch(shop, "below", {"new/a": "a\n"})
    repo = open_repository(shop.path)
    ancestry = read_ancestry(repo, shop.head, [below])
    objects = TreeObjects(repo)
    merges = DisjointMerges(objects, ancestry, [below])
    ancestry.take(below)
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert merges.merge(below) == ""
        objects.write()
        assert count.commands == []
