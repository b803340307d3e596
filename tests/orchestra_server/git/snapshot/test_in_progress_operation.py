"""What git has under way in a chamber survives its closing, and can go on or be given up."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_server.git.saves.save import save_work
from orchestra_server.git.snapshot.in_progress_operation import (
    read_operation,
    restore_operation_files,
)
from tests.support.git.chambers import TASK, Workshop, close_and_restore, saved_ref, workshop
from tests.support.git.repositories import TestRepository, small_repository

Begin = Callable[[Workshop, TestRepository], None]
BRANCH = f"orchestra/{TASK}/auth"


def fails(chamber: TestRepository, *command: str) -> None:
    with pytest.raises(AssertionError):
        chamber.git(*command)


def a_merge(shop: Workshop, chamber: TestRepository) -> None:
    fails(chamber, "merge", "main")


def a_merge_without_a_conflict(shop: Workshop, chamber: TestRepository) -> None:
    chamber.git("reset", "--quiet", "--hard", "HEAD~")
    chamber.commit("other", {"other": "x\n"})
    chamber.git("merge", "--no-commit", "--no-ff", "main")


def a_pick(shop: Workshop, chamber: TestRepository) -> None:
    fails(chamber, "cherry-pick", "main~..main", "side")


def a_revert(shop: Workshop, chamber: TestRepository) -> None:
    chamber.commit("on top", {"README": "on top\n"})
    fails(chamber, "revert", "--no-edit", "HEAD~")


def a_rebase(shop: Workshop, chamber: TestRepository) -> None:
    chamber.commit("more", {"more": "x\n"})
    fails(chamber, "rebase", "main")


def a_rebase_by_patches(shop: Workshop, chamber: TestRepository) -> None:
    fails(chamber, "rebase", "--apply", "main")


def a_bisect(shop: Workshop, chamber: TestRepository) -> None:
    for number in range(4):
        chamber.commit("step", {"steps": f"{number}\n"})
    chamber.git("bisect", "start", "HEAD", "HEAD~4")


OPERATIONS: tuple[Begin, ...] = (
    a_merge, a_merge_without_a_conflict, a_pick, a_revert, a_rebase, a_rebase_by_patches, a_bisect,
)  # fmt: skip
TAKE_BACK: dict[Begin, str] = {
    a_merge: "merge", a_merge_without_a_conflict: "merge", a_pick: "cherry-pick",
    a_revert: "revert", a_rebase: "rebase", a_rebase_by_patches: "rebase",
}  # fmt: skip


def begun(tmp_path: Path, begin: Begin) -> tuple[Workshop, TestRepository]:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    shop.main.commit("theirs", {"README": "theirs\n"})
    shop.main.git("branch", "side")
    chamber.commit("mine", {"README": "mine\n"})
    begin(shop, chamber)
    return shop, chamber


def whole(chamber: TestRepository) -> dict[str, str]:
    """Return what git says of a chamber, in its own words."""
    admin = Path(chamber.git("rev-parse", "--path-format=absolute", "--git-dir"))
    words = {
        path.name: path.read_text() for path in admin.glob("*_HEAD") if "ORIG" not in path.name
    }
    return {
        **words,
        "told": chamber.git("status", "--no-ahead-behind"),
        "index": chamber.git("ls-files", "--stage"),
        "head": chamber.head,
        "on": chamber.git("rev-parse", "--symbolic-full-name", "HEAD"),
        "branch": chamber.git("rev-parse", BRANCH),
        "message": (admin / "MERGE_MSG").read_text() if (admin / "MERGE_MSG").exists() else "",
    }


@pytest.mark.parametrize("begin", OPERATIONS, ids=lambda begin: begin.__name__)
def test_an_operation_in_progress_is_restored_exactly(tmp_path: Path, begin: Begin) -> None:
    shop, chamber = begun(tmp_path, begin)
    before = whole(chamber)
    again = close_and_restore(shop, chamber)
    assert whole(again) == before


@pytest.mark.parametrize("begin", TAKE_BACK, ids=lambda begin: begin.__name__)
def test_a_restored_operation_can_be_aborted(tmp_path: Path, begin: Begin) -> None:
    shop, chamber = begun(tmp_path, begin)
    tip = chamber.git("rev-parse", BRANCH)
    again = close_and_restore(shop, chamber)
    again.git(TAKE_BACK[begin], "--abort")
    assert (again.status, again.head) == ("", tip)
    assert again.git("branch", "--show-current") == BRANCH


def test_a_restored_rebase_can_be_continued_to_its_end(tmp_path: Path) -> None:
    shop, chamber = begun(tmp_path, a_rebase)
    again = close_and_restore(shop, chamber)
    again.write("README", "both\n")
    again.git("add", "README")
    again.git("-c", "core.editor=true", "rebase", "--continue")
    assert again.git("log", "--format=%s", "-3").split() == ["more", "mine", "theirs"]
    assert again.git("branch", "--show-current") == BRANCH


def test_a_restored_merge_is_committed_with_both_parents(tmp_path: Path) -> None:
    shop, chamber = begun(tmp_path, a_merge_without_a_conflict)
    again = close_and_restore(shop, chamber)
    again.git("commit", "--quiet", "--no-edit")
    assert len(again.git("log", "-1", "--format=%P").split()) == 2


@pytest.mark.parametrize("where", ["detached", "another branch"])
def test_a_head_on_another_commit_and_the_chambers_own_branch_are_both_restored(
    tmp_path: Path, where: str
) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    tip = chamber.commit("mine", {"mine": "x\n"})
    way = ("--detach",) if where == "detached" else ("-c", "trial")
    chamber.git("switch", "--quiet", *way, "HEAD~")
    there = chamber.commit("there", {"there": "x\n"})
    chamber.write("new", "x")
    again = close_and_restore(shop, chamber)
    assert (again.head, again.git("rev-parse", BRANCH), again.status) == (there, tip, "?? new")
    on = again.git("rev-parse", "--symbolic-full-name", "HEAD")
    assert on == ("HEAD" if where == "detached" else "refs/heads/trial")


def test_an_operation_in_progress_counts_as_work(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    chamber.git("bisect", "start")
    assert save_work(shop.repo, chamber.path, saved_ref(chamber), "saved") is not None


def test_abandoned_commits_are_saved(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "repo")
    [chamber] = shop.open("auth")
    amended = chamber.commit("first try", {"try": "1\n"})
    chamber.write("try", "2\n")
    chamber.git("commit", "--quiet", "--all", "--amend", "-m", "second try")
    dropped = chamber.commit("dropped", {"dropped": "x\n"})
    chamber.git("reset", "--quiet", "--hard", "HEAD~")
    close_and_restore(shop, chamber)
    assert shop.main.git("show", f"{amended}:try") == "1"
    assert shop.main.git("show", f"{dropped}:dropped") == "x"


def test_a_file_that_a_killed_restore_had_not_put_in_place_is_not_part_of_the_operation(
    tmp_path: Path,
) -> None:
    chamber = small_repository(tmp_path / "shop")
    admin = chamber.path / ".git"
    blob = chamber.git("rev-parse", "HEAD:README")
    restore_operation_files(chamber.path, admin, {"rebase-merge/onto": blob})
    before = read_operation(chamber.path, admin)
    (admin / "rebase-merge" / ".orchestra-done").write_text("half")
    assert read_operation(chamber.path, admin) == before != ()
