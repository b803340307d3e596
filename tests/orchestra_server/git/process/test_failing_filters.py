"""Work whose required filter fails is saved with its own bytes, restored, and never committed."""

from pathlib import Path

import pytest

from orchestra_server.git.process.failing_filters import failing_filters, without_filters
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.saves.save_index_and_operation import saved_unfiltered
from orchestra_server.git.saves.save_late_files import LastState, save_late_files
from orchestra_server.git.snapshot.commit import commit_uncommitted_work
from orchestra_server.git.snapshot.index_copy import read_state
from orchestra_server.git.snapshot.uncommitted_work import read_uncommitted_work
from tests.support.git.chambers import Workshop, close, saved_ref, workshop
from tests.support.git.missing_filter import (
    MISSING,
    contents,
    filtered_workshop,
    find_filter,
    lose_filter,
    recreate,
    worked_in,
)
from tests.support.git.repositories import small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return filtered_workshop(tmp_path / "shop")


def test_work_of_a_filter_whose_program_is_gone_is_saved_and_restored_byte_for_byte(
    shop: Workshop,
) -> None:
    chamber = worked_in(shop)
    before = contents(chamber), chamber.status
    lose_filter(shop)
    ref = close(shop, chamber)
    assert not chamber.path.exists()
    assert shop.main.git("show", f"{ref}:new.up") == "untracked"
    assert shop.main.git("show", f"{ref}^2:staged.up") == "STAGED"
    assert saved_unfiltered(shop.repo, ref) == ["up"]
    find_filter(shop)
    recreate(shop, chamber)
    assert (contents(chamber), chamber.status) == before


def test_such_work_is_restored_while_the_program_is_still_gone(tmp_path: Path) -> None:
    main = small_repository(tmp_path / "shop", {".gitattributes": "*.up filter=up\n"})
    main.git("config", "filter.up.required", "true")
    shop = workshop(main)
    lose_filter(shop)
    [chamber] = shop.open("auth")
    chamber.write("new.up", "untracked\n")
    close(shop, chamber)
    recreate(shop, chamber)
    assert (chamber.read("new.up"), chamber.status) == ("untracked\n", "?? new.up")


def test_saving_twice_keeps_one_save_and_a_save_without_failures_names_no_filter(
    shop: Workshop,
) -> None:
    chamber = worked_in(shop)
    ref = saved_ref(chamber)
    working = save_work(shop.repo, chamber.path, ref, "saved")
    assert working is not None
    assert saved_unfiltered(shop.repo, ref) == []
    lose_filter(shop)
    other = saved_ref(chamber, at=2)
    first, second = (save_work(shop.repo, chamber.path, other, "saved") for _ in range(2))
    assert first == second != working


def test_a_commit_is_refused_with_the_filters_name_and_what_to_do(shop: Workshop) -> None:
    chamber = worked_in(shop)
    status = read_status(chamber.path)
    lose_filter(shop)
    for attempt in (
        lambda: commit_uncommitted_work(chamber.path, "work", standing=status),
        lambda: read_uncommitted_work(shop.repo, chamber.path, status),
    ):
        with pytest.raises(GitFailed, match="clean filter 'up' failed; install the program of"):
            attempt()
    assert contents(chamber) == ["staged\n", "new\n", "untracked\n"]
    assert chamber.git("ls-files", "new.up", "new.py") == ""


def test_a_change_that_git_reads_to_compare_is_saved_too(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.write("old.up", "dlo\n")  # as long as before: git has to look into it
    lose_filter(shop)
    with pytest.raises(GitFailed, match="filter 'up' failed"):
        read_status(chamber.path)
    close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    assert (chamber.read("old.up"), chamber.status) == ("dlo\n", " M old.up")


@pytest.mark.parametrize("process", [f"{MISSING} filter-process", "false", "cat"])
def test_a_filter_that_should_go_on_running_may_be_gone_too(shop: Workshop, process: str) -> None:
    chamber = worked_in(shop)
    shop.main.git("config", "filter.up.process", process)
    close(shop, chamber)
    shop.main.git("config", "--unset", "filter.up.process")
    recreate(shop, chamber)
    assert contents(chamber) == ["staged\n", "new\n", "untracked\n"]


def test_each_of_two_filters_that_fail_is_left_out(shop: Workshop) -> None:
    shop.main.commit("more rules", {".gitattributes": "*.up filter=up\n*.x filter=x.y\n"})
    shop.main.git("config", "filter.x.y.required", "true")
    [chamber] = shop.open("auth")
    chamber.write("a.up", "up\n")
    chamber.write("a.x", "x\n")
    lose_filter(shop)
    shop.main.git("config", "filter.x.y.clean", "false")
    state = read_state(chamber.path)
    assert sorted(state.unfiltered) == ["up", "x.y"]
    assert shop.main.git("show", f"{state.work_tree}:a.x") == "x"


def test_files_written_late_are_saved_without_the_filter_too(shop: Workshop) -> None:
    lose_filter(shop)
    late = shop.main.path.with_name("late")
    late.mkdir()
    (late / "late.up").write_text("late\n")
    ref, head = "refs/orchestra/saved/t-1/late/1", shop.main.head
    saved = save_late_files(shop.repo, late, ref, LastState(head, f"{head}^{{tree}}"), "late")
    assert saved is not None
    assert shop.main.git("show", f"{ref}:late.up") == "late"
    assert saved_unfiltered(shop.repo, ref) == ["up"]


def test_another_failure_names_no_filter(shop: Workshop) -> None:
    assert failing_filters(shop.main.path, "fatal: not a git repository") == []
    assert failing_filters(shop.main.path, "fatal: the remote end hung up unexpectedly\n") == []
    assert without_filters(()) == ()
