"""A status is used again only where nothing tells that the worktree has changed since."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_server.git.worktrees import recent_status
from orchestra_server.git.worktrees.recent_status import read_recent_status, usable_statuses
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository

CHANGED: dict[str, Callable[[TestRepository], object]] = {
    "a commit": lambda chamber: chamber.commit("more", {"more.txt": "more\n"}),
    "a commit without files": lambda chamber: chamber.commit("nothing new"),
    "a commit that no index shows": lambda chamber: chamber.git(
        "update-ref", "HEAD", chamber.git("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m", "x")
    ),
    "a staged file": lambda chamber: (
        chamber.write("new.txt", "new\n"),
        chamber.git("add", "new.txt"),
    ),
    "another branch": lambda chamber: chamber.git("switch", "--quiet", "-c", "elsewhere"),
    "a detached HEAD": lambda chamber: chamber.git("switch", "--quiet", "--detach"),
    "a branch that is gone": lambda chamber: chamber.git(
        "update-ref", "-d", "refs/heads/orchestra/t-1/auth"
    ),
    "a directory that is gone": lambda chamber: chamber.path.rename(
        chamber.path.with_name("elsewhere")
    ),
    "a link in its place": lambda chamber: (
        chamber.path.rename(chamber.path.with_name("elsewhere")),
        chamber.path.symlink_to(chamber.path.with_name("elsewhere")),
    ),
    "a git directory without an index": lambda chamber: Path(
        chamber.git("rev-parse", "--path-format=absolute", "--git-path", "index")
    ).unlink(),
    "an open merge": lambda chamber: Path(
        chamber.git("rev-parse", "--path-format=absolute", "--git-path", "MERGE_HEAD")
    ).write_text(f"{chamber.head}\n"),
}


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def test_clean_worktrees_that_stand_as_before_take_no_git_process(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chambers = shop.open("auth", "api")
    recent = {chamber.path: read_recent_status(chamber.path) for chamber in chambers}
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        usable = usable_statuses(shop.repo, recent)
        assert count.commands == []
    assert usable == {path: recent_status.status for path, recent_status in recent.items()}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_a_status_is_not_used_again_after(
    shop: Workshop, change: Callable[[TestRepository], object]
) -> None:
    auth, api = shop.open("auth", "api")
    recent = {chamber.path: read_recent_status(chamber.path) for chamber in (auth, api)}
    change(auth)
    assert list(usable_statuses(shop.repo, recent)) == [api.path]


def test_uncommitted_work_is_always_read_again(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    auth.write("new.txt", "new\n")
    recent = {auth.path: read_recent_status(auth.path)}
    assert recent[auth.path].status.untracked == ("new.txt",)
    assert usable_statuses(shop.repo, recent) == {}


def test_a_worktree_without_an_index_is_read_again(shop: Workshop) -> None:
    [auth] = shop.open("auth")
    Path(auth.git("rev-parse", "--path-format=absolute", "--git-path", "index")).unlink()
    recent = {auth.path: read_recent_status(auth.path)}
    assert not recent[auth.path].status.clean
    assert usable_statuses(shop.repo, recent) == {}


def test_a_status_is_outdated_after_seconds(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    [auth] = shop.open("auth")
    recent = {auth.path: read_recent_status(auth.path)}
    later = time.monotonic() + 3.1
    monkeypatch.setattr(recent_status.time, "monotonic", lambda: later)
    assert usable_statuses(shop.repo, recent) == {}
