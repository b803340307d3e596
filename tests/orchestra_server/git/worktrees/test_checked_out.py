"""The branches that are checked out are those that git lists, whether git is asked or not."""

from pathlib import Path

import pytest

from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.checked_out import branches_checked_out
from tests.support.git.chambers import TASK, Workshop, workshop
from tests.support.git.git_count import counted_git

AUTH = f"orchestra/{TASK}/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def listed(shop: Workshop) -> set[str]:
    return {worktree.branch for worktree in list_worktrees(shop.repo) if worktree.branch}


def test_the_heads_of_all_worktrees_are_read_without_a_process(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, api = shop.open("auth", "api")
    api.git("switch", "--quiet", "--detach")
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        branches = branches_checked_out(shop.repo)
        assert count.commands == []
    assert branches == {"main", AUTH} == listed(shop)


def test_a_branch_of_any_name_is_found(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    auth.git("switch", "--quiet", "-c", "größe/und-mehr")
    assert branches_checked_out(shop.repo) == {"main", "größe/und-mehr"} == listed(shop)


@pytest.mark.parametrize("content", ["ref: refs/heads/.invalid\n", "ref: refs/remotes/x\n", ""])
def test_git_is_asked_where_a_head_says_something_else(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    shop.open("auth", "api")
    (shop.repo.common_dir / "worktrees/api/HEAD").write_text(content)
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert {"main", AUTH} <= branches_checked_out(shop.repo)
        assert count.commands == ["worktree"]
