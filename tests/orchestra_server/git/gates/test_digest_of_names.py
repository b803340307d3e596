"""A digest tells whether a name came, went or changed its kind; a large tree has none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_server.git.gates import digest_of_names as module
from orchestra_server.git.gates.digest_of_names import digest_of_names


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a/b/deep.txt", "a/c.txt", "kept/x", ".git/HEAD"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def _to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


CHANGES: dict[str, Callable[[Path], object]] = {
    "a/b/new": Path.touch,
    "empty": Path.mkdir,
    "a/c.txt": Path.unlink,
    "a/b/deep.txt": _to_folder,
    "link": lambda path: path.symlink_to("a"),
    "a/.git": Path.mkdir,
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_of_names_is_seen(tree: Path, name: str) -> None:
    before = digest_of_names(tree, ["kept/"])
    assert before
    CHANGES[name](tree / name)
    assert digest_of_names(tree, ["kept/"]) != before


def test_kept_paths_and_gits_own_directory_do_not_count(tree: Path) -> None:
    before = digest_of_names(tree, ["kept/"])
    (tree / "kept" / "more").touch()
    (tree / ".git" / "index").touch()
    assert digest_of_names(tree, ["kept/"]) == before
    assert digest_of_names(tree, []) != before


def test_a_large_tree_has_no_digest(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 3)
    assert digest_of_names(tree, ["kept/"]) == ""
