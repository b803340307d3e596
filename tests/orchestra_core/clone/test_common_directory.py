"""Finding a repository by its pointer files, in every kind of working tree."""

import os
from pathlib import Path

import pytest

from orchestra_core.clone.common_directory import common_directory
from tests.support.git.repositories import run_git, small_repository


def found(start: Path) -> tuple[Path, Path]:
    top, common = common_directory(os.path.realpath(start))
    return Path(top), Path(common)


def test_a_directory_below_a_checkout_leads_to_its_top_and_git_directory(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop").path
    inner = shop / "src" / "deep"
    inner.mkdir(parents=True)
    assert found(inner) == (shop, shop / ".git")


def test_a_linked_worktree_leads_to_the_common_directory_of_all(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop").path
    run_git(shop, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    assert found(tmp_path / "side") == (tmp_path / "side", shop / ".git")


def test_a_worktree_that_is_just_being_added_leads_there_too(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop").path
    run_git(shop, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (shop / ".git" / "worktrees" / "side" / "commondir").write_text("")
    assert found(tmp_path / "side") == (tmp_path / "side", shop / ".git")


def test_a_bare_repository_is_top_and_git_directory_at_once(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--bare", "shop.git")
    assert found(tmp_path / "shop.git") == (tmp_path / "shop.git", tmp_path / "shop.git")


def test_a_separate_git_directory_is_followed(tmp_path: Path) -> None:
    run_git(tmp_path, "init", "-q", "--separate-git-dir", str(tmp_path / "elsewhere"), "shop")
    assert found(tmp_path / "shop") == (tmp_path / "shop", tmp_path / "elsewhere")


@pytest.mark.parametrize("text", ["", "no pointer", "gitdir"])
def test_a_git_file_that_points_nowhere_is_not_a_repository(tmp_path: Path, text: str) -> None:
    (tmp_path / ".git").write_text(text)
    assert common_directory(str(tmp_path)) == ("", "")
