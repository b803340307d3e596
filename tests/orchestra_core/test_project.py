import os
import subprocess
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, Unavailable
from orchestra_core.project import find_project


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit, at a path with a space and a letter that is not ASCII."""
    top = tmp_path.resolve() / "my prøject"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    git(top, "commit", "-q", "--allow-empty", "-m", "first")
    return top


def test_a_project_is_found_from_its_top_and_from_a_subdirectory(repository: Path) -> None:
    below = repository / "src" / "deep"
    below.mkdir(parents=True)

    project = find_project(repository)

    assert project == find_project(below)
    assert (project.root, project.git_dir) == (repository, repository / ".git")
    assert project.main_checkout == repository


def test_a_project_id_is_the_plain_directory_name_and_eight_hex_digits(repository: Path) -> None:
    name, _, digest = find_project(repository).id.rpartition("-")

    assert name == "my-pr-ject"
    assert len(bytes.fromhex(digest)) == 4


def test_a_worktree_belongs_to_the_project_of_its_repository(repository: Path) -> None:
    tree = repository / ".claude" / "worktrees" / "auth"
    git(repository, "worktree", "add", "-q", str(tree))
    assert (tree / ".git").is_file()

    project = find_project(tree)

    assert project.id == find_project(repository).id
    assert project.root == tree
    assert project.main_checkout == repository


def test_a_bare_repository_and_its_worktrees_are_one_project(
    repository: Path, tmp_path: Path
) -> None:
    bare = tmp_path.resolve() / "tools.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    tree = tmp_path.resolve() / "tree"
    git(bare, "worktree", "add", "-q", str(tree))

    project = find_project(bare)

    assert project.id.startswith("tools-")
    assert project.main_checkout == bare
    assert find_project(tree).id == project.id


def test_a_submodule_is_a_separate_project(repository: Path, tmp_path: Path) -> None:
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(repository), "sub")

    assert find_project(outer / "sub").id != find_project(outer).id
    assert find_project(outer / "sub").root == outer.resolve() / "sub"


def test_a_symlink_to_a_project_is_the_same_project(repository: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(repository)

    assert find_project(link) == find_project(repository)


def test_two_repositories_with_the_same_name_are_two_projects(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "app" / ".git").mkdir(parents=True)

    ids = {find_project(tmp_path / parent / "app").id for parent in ("a", "b")}

    assert len(ids) == 2


def test_outside_a_repository_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="is not in a git repository; run this inside one"):
        find_project(tmp_path)


def test_a_git_file_with_an_unknown_target_is_skipped(repository: Path) -> None:
    below = repository / "odd"
    below.mkdir()
    (below / ".git").write_text("nonsense", encoding="utf-8")

    assert find_project(below).root == repository


def test_a_configured_project_id_is_used(repository: Path) -> None:
    assert find_project(repository, "our-room.2").id == "our-room.2"


@pytest.mark.parametrize("override", ["a b", "{x}", "-a", "a/b", "x" * 101, "é", "a\n"])
def test_a_configured_project_id_must_be_a_plain_name(repository: Path, override: str) -> None:
    with pytest.raises(BadInput, match=r"^ORCHESTRA_PROJECT .*; use 1 to 100"):
        find_project(repository, override)


def test_a_repository_path_that_is_not_utf_8_is_a_one_line_error(tmp_path: Path) -> None:
    top = tmp_path / os.fsdecode(b"b\xffd")
    top.mkdir()
    git(top, "init", "-q")
    with pytest.raises(Unavailable, match=r"b\\xffd is not UTF-8.*rename the directory") as caught:
        find_project(top)
    assert "\n" not in str(caught.value)
