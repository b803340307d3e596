"""Restoring submodules: which, from which commit, on which branch, and which are taken out."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.saves.restore_submodules import (
    restore_submodules,
    saved_branch,
    take_out_removed_submodules,
)
from orchestra_server.git.saves.save import find_admin_directory, save_work
from tests.support.git.chambers import Workshop, saved_ref
from tests.support.git.repositories import TestRepository, small_repository

Call = tuple[Repository, str, Path, Path]


def in_submodule(chamber: TestRepository) -> TestRepository:
    return chamber.at(chamber.path / "libs/maths")


def saved_and_another(shop: Workshop, chamber: TestRepository) -> tuple[str, TestRepository]:
    """Save a chamber; return the save's ref and a chamber in which nothing is restored yet."""
    ref = saved_ref(chamber)
    saved = save_work(shop.repo, chamber.path, ref, "saved")
    assert saved is not None
    return ref, shop.open("again", commit=saved.tip)[0]


def restored(shop: Workshop, ref: str, chamber: TestRepository) -> list[Call]:
    """Restore a chamber's submodules; return what each was to be restored from and where."""
    calls = list[Call]()

    def restore(repo: Repository, ref: str, path: Path, main_copies: Path) -> None:
        calls.append((repo, ref, path, main_copies))

    restore_submodules(shop.repo, ref, chamber.path, shop.repo.common_dir / "modules", restore)
    return calls


def test_a_submodules_branch_and_commit_are_fetched_before_its_work_is_restored(
    submodule_shop: Workshop,
) -> None:
    [chamber] = submodule_shop.open("auth")
    in_submodule(chamber).git("switch", "--quiet", "-c", "sums")
    commit = in_submodule(chamber).commit("sum", {"sum.txt": "4\n"})
    in_submodule(chamber).write("maths.txt", "2 + 2\n")
    ref, another = saved_and_another(submodule_shop, chamber)
    [(repo, restored_ref, path, main_copies)] = restored(submodule_shop, ref, another)
    maths = in_submodule(another)
    assert (path, restored_ref, repo.top) == (maths.path, ref, maths.path)
    assert main_copies == submodule_shop.repo.common_dir / "modules/libs/maths/modules"
    assert maths.git("rev-parse", "refs/heads/sums", f"{ref}^1").split() == [commit, commit]
    assert maths.git("show", f"{ref}:maths.txt") == "2 + 2"


def test_no_branch_is_made_for_a_submodule_that_was_on_none(submodule_shop: Workshop) -> None:
    [chamber] = submodule_shop.open("auth")
    in_submodule(chamber).commit("sum", {"sum.txt": "4\n"})
    ref, another = saved_and_another(submodule_shop, chamber)
    branches = in_submodule(another).branches
    assert len(restored(submodule_shop, ref, another)) == 1
    assert in_submodule(another).branches == branches


def test_a_branch_that_the_fresh_copy_has_already_stays_where_it_is(
    submodule_shop: Workshop,
) -> None:
    [chamber] = submodule_shop.open("auth")
    in_submodule(chamber).git("switch", "--quiet", "main")
    in_submodule(chamber).commit("sum", {"sum.txt": "4\n"})
    ref, another = saved_and_another(submodule_shop, chamber)
    before = in_submodule(another).git("rev-parse", "main")
    assert len(restored(submodule_shop, ref, another)) == 1
    assert in_submodule(another).git("rev-parse", "main") == before


def test_a_submodule_of_which_nothing_is_saved_stays_as_it_is(submodule_shop: Workshop) -> None:
    [chamber] = submodule_shop.open("auth")
    chamber.write("README", "changed\n")
    ref, another = saved_and_another(submodule_shop, chamber)
    assert restored(submodule_shop, ref, another) == []


def test_the_branch_of_a_save_is_read_from_what_head_named(submodule_shop: Workshop) -> None:
    [chamber] = submodule_shop.open("auth")
    maths, ref = in_submodule(chamber), saved_ref(chamber)
    maths.git("switch", "--quiet", "-c", "zweig/ä")
    maths.write("maths.txt", "2 + 2\n")
    save_work(submodule_shop.repo, chamber.path, ref, "saved")
    own = Repository(maths.path, Path(maths.git("rev-parse", "--absolute-git-dir")))
    assert saved_branch(own, ref) == "refs/heads/zweig/ä"
    assert saved_branch(own, "HEAD") == ""


@pytest.mark.parametrize("is_clean", [True, False])
def test_only_a_clean_submodule_is_taken_out_where_the_save_lacks_it(
    submodule_shop: Workshop, *, is_clean: bool
) -> None:
    shop, copies = submodule_shop, submodule_shop.repo.common_dir / "modules"
    [chamber] = shop.open("auth")
    admin = find_admin_directory(shop.repo, chamber.path)
    assert admin is not None
    without = shop.main.git("rev-parse", "HEAD~1")
    if is_clean:
        take_out_removed_submodules(shop.repo, without, chamber.path, copies, admin)
        assert not (chamber.path / "libs/maths").exists()
        return
    in_submodule(chamber).write("new.txt", "nowhere else\n")
    with pytest.raises(Refused, match="libs/maths has uncommitted work; commit it before"):
        take_out_removed_submodules(shop.repo, without, chamber.path, copies, admin)
    assert in_submodule(chamber).read("new.txt") == "nowhere else\n"


def test_a_submodule_that_the_save_has_is_not_taken_out_and_one_behind_it_is(
    submodule_shop: Workshop, tmp_path: Path
) -> None:
    shop, copies = submodule_shop, submodule_shop.repo.common_dir / "modules"
    with_one = shop.main.head
    origin = small_repository(tmp_path / "zlib")
    allowed = ("-c", "protocol.file.allow=always")
    shop.main.git(*allowed, "submodule", "--quiet", "add", str(origin.path), "zlib")
    shop.main.commit("zlib")
    [chamber] = shop.open("auth")
    admin = find_admin_directory(shop.repo, chamber.path)
    assert admin is not None
    in_submodule(chamber).write("new.txt", "x\n")
    take_out_removed_submodules(shop.repo, with_one, chamber.path, copies, admin)
    assert in_submodule(chamber).status == "?? new.txt"
    assert not (chamber.path / "zlib").exists()
