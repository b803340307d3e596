"""A tree edited in memory has the name and the content that git gives it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from orchestra_server.git.merge.in_memory.edited_tree import EditedTree, OddTreeError, TreeObjects
from orchestra_server.git.merge.in_memory.tree_changes import TreeChanges, TreeEntry
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop", {"README": "1\n", "src/app.py": "1\n"})


def objects_of(shop: TestRepository) -> TreeObjects:
    return TreeObjects(open_repository(shop.path))


def edit(shop: TestRepository, objects: TreeObjects, edits: Mapping[str, str | None]) -> str:
    """Return HEAD's tree with files that have README's content, or are deleted for None."""
    entry = TreeEntry("100644", shop.git("rev-parse", "HEAD:README"))
    files = {path: None if mode is None else entry for path, mode in edits.items()}
    return EditedTree(objects, objects.root_of("HEAD")).apply(TreeChanges(dict(files)))


def paths(shop: TestRepository, tree: str) -> list[str]:
    return shop.git("ls-tree", "-r", "--name-only", tree).splitlines()


def test_files_are_added_and_removed_at_every_depth(shop: TestRepository) -> None:
    objects = objects_of(shop)
    tree = edit(shop, objects, {"src/deep/er/new": "", "src/app.py": None, "a": ""})
    objects.write()
    assert paths(shop, tree) == ["README", "a", "src/deep/er/new"]
    shop.git("fsck", "--strict", "--no-dangling")


def test_an_emptied_directory_is_gone(shop: TestRepository) -> None:
    objects = objects_of(shop)
    tree = edit(shop, objects, {"src/app.py": None})
    objects.write()
    assert shop.git("ls-tree", "--name-only", tree) == "README"


def test_a_file_replaces_a_directory_and_a_directory_a_file(
    shop: TestRepository,
) -> None:
    objects = objects_of(shop)
    tree = edit(shop, objects, {"src": "", "src/app.py": None, "README": None, "README/a": ""})
    objects.write()
    assert paths(shop, tree) == ["README/a", "src"]


def test_without_changes_the_tree_is_the_same_and_nothing_is_written(
    shop: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    objects = objects_of(shop)
    assert edit(shop, objects, {}) == shop.git("rev-parse", "HEAD^{tree}")
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        objects.write()
        assert count.commands == []


def test_a_tree_without_files_is_left_to_git(shop: TestRepository) -> None:
    with pytest.raises(OddTreeError):
        edit(shop, objects_of(shop), {"src/app.py": None, "README": None})


def test_a_commit_without_a_tree_is_left_to_git(shop: TestRepository) -> None:
    with pytest.raises(OddTreeError, match="missing"):
        objects_of(shop).root_of("0" * 40)


def test_a_tree_that_git_names_differently_is_an_error_of_one_line(shop: TestRepository) -> None:
    objects = objects_of(shop)
    blob = shop.git("rev-parse", "HEAD:README")
    objects.add({"a": TreeEntry("0100644", blob)})
    with pytest.raises(GitFailed, match=r"^git mktree in .* wrote other trees than it was given$"):
        objects.write()
