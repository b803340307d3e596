from pathlib import Path
from shutil import copytree

from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.usecases.health.orphan_worktrees import orphan_worktrees
from tests.support.git.chambers import workshop
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber


def test_a_worktree_on_a_chambers_branch_is_an_orphan_until_the_store_knows_it(
    tmp_path: Path,
) -> None:
    shop = workshop(tmp_path / "shop")
    [auth] = shop.open("auth")
    shop.main.git("worktree", "add", "--quiet", str(tmp_path / "a person's"), "-b", "fix")
    common_dir, state = shop.repo.common_dir, ProjectState()
    assert orphan_worktrees(common_dir, state) == (str(auth.path),)
    state.put(replace(a_chamber("auth"), id="t-1/auth", task_id="t-1"))
    assert orphan_worktrees(common_dir, state) == ()


def test_a_worktree_whose_directory_is_gone_is_not_an_orphan(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    [auth] = shop.open("auth")
    auth.path.rename(tmp_path / "elsewhere")
    assert orphan_worktrees(shop.repo.common_dir, ProjectState()) == ()


def test_a_repository_without_worktrees_has_no_orphans(repository: TestRepository) -> None:
    assert orphan_worktrees(repository.path / ".git", ProjectState()) == ()


def test_a_copy_of_a_repository_does_not_name_the_worktrees_of_the_original(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    shop.open("auth")
    copytree(shop.main.path, tmp_path / "copy", symlinks=True)
    assert orphan_worktrees(tmp_path / "copy" / ".git", ProjectState()) == ()
