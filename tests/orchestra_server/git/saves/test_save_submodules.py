"""Saves of submodules: which are listed, where each save is, and what counts as saved."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.only_saved_content import saved_submodules
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.saves.save_submodules import (
    are_submodules_saved,
    own_repository,
    require_submodules_saved,
    save_submodules,
)
from orchestra_server.git.snapshot.ignored_files_to_save import (
    NO_IGNORED_FILES,
    ignored_files_except,
)
from tests.support.git.chambers import Workshop, saved_ref
from tests.support.git.repositories import TestRepository, small_repository


def in_submodule(chamber: TestRepository) -> TestRepository:
    return chamber.at(chamber.path / "libs/maths")


def main_copy(shop: Workshop) -> TestRepository:
    return shop.main.at(shop.repo.common_dir / "modules/libs/maths")


def commit_beyond_the_named_one(chamber: TestRepository) -> None:
    in_submodule(chamber).commit("sum", {"sum.txt": "4\n"})


def switch_to_a_branch(chamber: TestRepository) -> None:
    in_submodule(chamber).git("switch", "--quiet", "-c", "sums")


def change_a_file(chamber: TestRepository) -> None:
    in_submodule(chamber).write("maths.txt", "2 + 2\n")


def change_a_file_in_the_nested_submodule(chamber: TestRepository) -> None:
    chamber.write("libs/maths/inner/inner.txt", "changed\n")


@pytest.mark.parametrize(
    "work",
    [
        *(commit_beyond_the_named_one, switch_to_a_branch, change_a_file),
        change_a_file_in_the_nested_submodule,
    ],
)
def test_a_submodule_with_more_than_its_named_commit_is_saved_and_listed(
    submodule_shop: Workshop, work: Callable[[TestRepository], None]
) -> None:
    [chamber] = submodule_shop.open("auth")
    work(chamber)
    ref = saved_ref(chamber)
    listed = save_submodules(submodule_shop.repo, chamber.path, ref)
    commit = in_submodule(chamber).git("rev-parse", ref)
    assert listed == f"{commit} libs/maths\0"
    assert main_copy(submodule_shop).git("rev-parse", ref) == commit
    assert main_copy(submodule_shop).git("rev-parse", f"{ref}^1") == in_submodule(chamber).head


def test_an_untouched_submodule_is_not_saved(submodule_shop: Workshop) -> None:
    [chamber] = submodule_shop.open("auth")
    assert save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber)) == ""
    assert main_copy(submodule_shop).git("for-each-ref", "refs/orchestra") == ""


def test_a_nested_submodule_is_listed_in_the_save_of_the_one_around_it(
    submodule_shop: Workshop,
) -> None:
    [chamber] = submodule_shop.open("auth")
    change_a_file_in_the_nested_submodule(chamber)
    ref = saved_ref(chamber)
    save_submodules(submodule_shop.repo, chamber.path, ref)
    nested_copy = submodule_shop.main.at(main_copy(submodule_shop).path / "modules/inner")
    listed = saved_submodules(own_repository(in_submodule(chamber).path), ref)
    assert listed == {"inner": nested_copy.git("rev-parse", ref)}
    assert nested_copy.git("show", f"{ref}:inner.txt") == "changed"


def test_saving_the_same_work_again_returns_the_same_list(
    submodule_shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chamber] = submodule_shop.open("auth")
    change_a_file(chamber)
    change_a_file_in_the_nested_submodule(chamber)
    with monkeypatch.context() as earlier:
        earlier.setenv("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        first = save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber))
    # As if the first save had died before the chamber's own: only the main copy has it by name.
    in_submodule(chamber).git("update-ref", "-d", saved_ref(chamber))
    assert save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber)) == first


def test_other_work_under_the_ref_of_an_earlier_save_is_refused(submodule_shop: Workshop) -> None:
    [chamber] = submodule_shop.open("auth")
    change_a_file(chamber)
    save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber))
    chamber.write("libs/maths/maths.txt", "3 + 3\n")
    with pytest.raises(Refused, match="holds other saved work already"):
        save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber))


def test_work_without_a_copy_in_the_main_checkout_to_keep_it_in_is_refused(
    submodule_shop: Workshop,
) -> None:
    [chamber] = submodule_shop.open("auth")
    change_a_file(chamber)
    (submodule_shop.repo.common_dir / "modules").rename(submodule_shop.repo.common_dir / "away")
    with pytest.raises(Refused, match="has no copy of it to keep that in"):
        save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber))
    with pytest.raises(Refused, match=r"submodule .*libs/maths has open work that is not saved"):
        require_submodules_saved(submodule_shop.repo, chamber.path)
    assert in_submodule(chamber).status == " M maths.txt"


def test_a_submodule_that_was_added_in_the_chamber_needs_no_copy_while_its_commits_are_pushed(
    submodule_shop: Workshop, tmp_path: Path
) -> None:
    [chamber] = submodule_shop.open("auth")
    origin = small_repository(tmp_path / "more-origin", {"more.txt": "more\n"})
    allowed = ("-c", "protocol.file.allow=always")
    chamber.git(*allowed, "submodule", "--quiet", "add", str(origin.path), "more")
    chamber.commit("added")
    more = chamber.at(chamber.path / "more")
    assert more.git("symbolic-ref", "--short", "HEAD") == "main"
    assert save_submodules(submodule_shop.repo, chamber.path, saved_ref(chamber)) == ""
    saved = save_work(submodule_shop.repo, chamber.path, saved_ref(chamber), "saved")
    assert saved is not None
    more.commit("not pushed", {"more.txt": "more and more\n"})
    with pytest.raises(Refused, match="no other copy of it is here; push it"):
        save_work(submodule_shop.repo, chamber.path, saved_ref(chamber, at=2), "saved")


@pytest.mark.parametrize("work", [change_a_file, change_a_file_in_the_nested_submodule])
def test_uncommitted_work_counts_as_unsaved_until_exactly_this_is_saved(
    submodule_shop: Workshop, work: Callable[[TestRepository], None]
) -> None:
    [chamber] = submodule_shop.open("auth")
    repo, ref = submodule_shop.repo, saved_ref(chamber)
    assert are_submodules_saved(repo, chamber.path, NO_IGNORED_FILES)
    work(chamber)
    assert not are_submodules_saved(repo, chamber.path, NO_IGNORED_FILES)
    save_submodules(repo, chamber.path, ref)
    require_submodules_saved(repo, chamber.path)
    assert are_submodules_saved(repo, chamber.path, NO_IGNORED_FILES)
    chamber.write("libs/maths/inner/inner.txt", "changed again\n")
    with pytest.raises(Refused, match=r"libs/maths.* has open work that is not saved; save it"):
        require_submodules_saved(repo, chamber.path)


def test_ignored_files_in_a_submodule_are_saved_where_they_count_as_work(
    submodule_shop: Workshop,
) -> None:
    [chamber] = submodule_shop.open("auth")
    maths, ref, all_ignored = in_submodule(chamber), saved_ref(chamber), ignored_files_except(())
    exclude = Path(maths.git("rev-parse", "--path-format=absolute", "--git-path", "info/exclude"))
    exclude.parent.mkdir(exist_ok=True)
    exclude.write_text(".env\n")
    maths.write(".env", "key\n")
    assert save_submodules(submodule_shop.repo, chamber.path, ref) == ""
    with pytest.raises(Refused, match="has open work that is not saved"):
        require_submodules_saved(submodule_shop.repo, chamber.path, all_ignored)
    assert save_submodules(submodule_shop.repo, chamber.path, ref, all_ignored) != ""
    assert maths.git("show", f"{ref}:.env") == "key"
    require_submodules_saved(submodule_shop.repo, chamber.path, all_ignored)
