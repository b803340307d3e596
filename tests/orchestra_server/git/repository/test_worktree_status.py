"""One git process says where a working tree stands and whether anything is open in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.git.repository.worktree_status import (
    WorktreeStatus,
    git_directory,
    read_status,
)
from tests.support.git.chambers import workshop
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, small_repository

OPEN: dict[str, Callable[[TestRepository], object]] = {
    "an edit": lambda chamber: chamber.write("src/app.py", "other\n"),
    "a mode": lambda chamber: (chamber.path / "README").chmod(0o755),
    "a deletion": lambda chamber: (chamber.path / "README").unlink(),
    "a new file": lambda chamber: chamber.write("a/b/new.txt", "new\n"),
    "a link": lambda chamber: (chamber.path / "link").symlink_to("nowhere"),
    "a staged file put back": lambda chamber: (
        chamber.write("README", "staged\n"),
        chamber.git("add", "README"),
        chamber.write("README", "hello\n"),
    ),
    "an announced file": lambda chamber: (
        chamber.write("new.txt", "new\n"),
        chamber.git("add", "--intent-to-add", "new.txt"),
    ),
}


def test_one_git_process_shows_that_a_chamber_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chamber] = workshop(tmp_path / "shop").open("auth")
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        status = read_status(chamber.path)
        assert count.commands == ["status"]
    assert status == WorktreeStatus(
        "orchestra/t-1/auth", chamber.head, clean=True, unmerged=(), untracked=()
    )


@pytest.mark.parametrize("change", OPEN.values(), ids=OPEN)
@pytest.mark.parametrize("hidden", [False, True], ids=["", "with settings that hide it"])
def test_every_kind_of_uncommitted_work_is_found(
    tmp_path: Path, change: Callable[[TestRepository], object], *, hidden: bool
) -> None:
    shop = workshop(tmp_path / "shop")
    [chamber] = shop.open("auth")
    if hidden:
        shop.main.git("config", "status.showUntrackedFiles", "no")
        shop.main.git("config", "core.untrackedCache", "true")
        chamber.git("update-index", "--untracked-cache")
        chamber.git("status")
    change(chamber)
    assert not read_status(chamber.path).clean


def test_conflicts_and_nested_repositories_are_named(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    [chamber] = shop.open("auth")
    shop.main.commit("theirs", {"a file": "one\n"})
    chamber.commit("ours", {"a file": "two\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "main")
    small_repository(chamber.path / "in/side")

    status = read_status(chamber.path)

    assert status.unmerged == ("a file",)
    assert status.untracked == ("in/side/",)


def test_a_detached_head_has_no_branch(tmp_path: Path) -> None:
    [chamber] = workshop(tmp_path / "shop").open("auth")
    chamber.git("checkout", "--quiet", "--detach")
    assert read_status(chamber.path).branch == ""


def test_the_index_of_a_worktree_is_found_through_its_git_file(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    [chamber] = shop.open("auth")
    for worktree in (chamber, shop.main):
        said = worktree.git("rev-parse", "--path-format=absolute", "--git-path", "index")
        assert (git_directory(worktree.path) / "index").samefile(said)


def test_reading_a_directory_that_is_not_a_worktree_is_an_error(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    [chamber] = shop.open("auth")
    (chamber.path / ".git").unlink()
    for ask in (read_status, git_directory):
        with pytest.raises(Unavailable, match="not a git working tree"):
            ask(chamber.path)
