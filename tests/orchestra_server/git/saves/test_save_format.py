from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.saves.save_format import (
    as_saved,
    find_commit,
    holds_state,
    is_state_saved,
    write_save,
)
from orchestra_server.git.saves.save_index_and_operation import SaveExtras
from orchestra_server.git.snapshot.index_copy import read_state
from tests.support.git.chambers import Workshop, close, saved_ref, workshop
from tests.support.git.missing_filter import (
    contents,
    filtered_workshop,
    find_filter,
    lose_filter,
    recreate,
    worked_in,
)
from tests.support.git.repositories import TestRepository

NO_EXTRAS = SaveExtras((), ())


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    [chamber] = shop.open("auth")
    chamber.write("README", "staged\n")
    chamber.git("add", "README")
    chamber.write("README", "changed\n")
    return chamber


def test_a_save_of_which_an_object_was_deleted_is_not_kept(
    shop: Workshop, chamber: TestRepository
) -> None:
    state, ref = read_state(chamber.path), saved_ref(chamber)
    blob = shop.main.git("rev-parse", f"{state.work_tree}:README")
    (shop.main.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match=r"are missing: git deleted them .* call again"):
        write_save(shop.repo, ref, state, NO_EXTRAS, "saved")
    assert find_commit(shop.repo, ref) == ""


def test_a_save_that_git_has_deleted_is_made_again(shop: Workshop, chamber: TestRepository) -> None:
    state, ref = read_state(chamber.path), saved_ref(chamber)
    deleted = write_save(shop.repo, ref, state, NO_EXTRAS, "saved")
    (shop.main.path / ".git" / "objects" / deleted[:2] / deleted[2:]).unlink()
    commit = write_save(shop.repo, ref, state, NO_EXTRAS, "saved again")
    assert find_commit(shop.repo, ref) == commit != deleted


def test_a_save_that_lost_an_object_later_does_not_count_as_kept(
    shop: Workshop, chamber: TestRepository
) -> None:
    state, ref = read_state(chamber.path), saved_ref(chamber)
    write_save(shop.repo, ref, state, NO_EXTRAS, "saved")
    blob = shop.main.git("rev-parse", f"{state.work_tree}:README")
    (shop.main.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(GitFailed, match="are missing"):
        write_save(shop.repo, ref, state, NO_EXTRAS, "saved")
    assert find_commit(shop.repo, ref) == ""


def test_a_save_has_the_work_as_its_tree_and_head_and_index_as_its_parents(
    shop: Workshop, chamber: TestRepository
) -> None:
    ref = saved_ref(chamber)
    commit = write_save(shop.repo, ref, read_state(chamber.path), NO_EXTRAS, "saved")
    assert find_commit(shop.repo, ref) == commit
    assert shop.main.git("show", f"{commit}:README") == "changed"
    assert shop.main.git("rev-parse", f"{commit}^1") == chamber.head
    assert shop.main.git("show", f"{commit}^2:README") == "staged"


def test_saving_the_same_state_again_keeps_the_commit(
    shop: Workshop, chamber: TestRepository
) -> None:
    state = read_state(chamber.path)
    first = write_save(shop.repo, saved_ref(chamber), state, NO_EXTRAS, "saved")
    assert write_save(shop.repo, saved_ref(chamber), state, NO_EXTRAS, "later") == first


def test_a_ref_that_holds_another_state_is_refused(shop: Workshop, chamber: TestRepository) -> None:
    write_save(shop.repo, saved_ref(chamber), read_state(chamber.path), NO_EXTRAS, "saved")
    chamber.write("more", "more\n")
    with pytest.raises(Refused, match="holds other saved work already"):
        write_save(shop.repo, saved_ref(chamber), read_state(chamber.path), NO_EXTRAS, "saved")


@pytest.mark.parametrize("change", ["work", "index", "head"])
def test_a_state_is_saved_only_if_work_index_and_head_are_all_equal(
    shop: Workshop, chamber: TestRepository, change: str
) -> None:
    saved = write_save(shop.repo, saved_ref(chamber), read_state(chamber.path), NO_EXTRAS, "saved")
    assert is_state_saved(shop.repo, read_state(chamber.path))
    if change == "work":
        chamber.write("README", "other\n")
    elif change == "index":
        chamber.git("add", "README")
    else:
        chamber.git("commit", "--quiet", "--allow-empty", "-m", "more")
    assert not holds_state(shop.repo, saved, read_state(chamber.path))
    assert not is_state_saved(shop.repo, read_state(chamber.path))


def test_a_missing_ref_has_no_commit(shop: Workshop) -> None:
    assert find_commit(shop.repo, "refs/orchestra/saved/t/auth/1") == ""


def test_a_repeated_restore_finds_its_own_work_when_the_program_is_back(tmp_path: Path) -> None:
    shop = filtered_workshop(tmp_path / "shop")
    chamber = worked_in(shop)
    lose_filter(shop)
    ref = close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    before = contents(chamber), chamber.status
    recreate(shop, chamber)
    assert (contents(chamber), chamber.status) == before
    state = read_state(chamber.path)
    assert holds_state(shop.repo, ref, as_saved(shop.repo, ref, chamber.path, state))


@pytest.mark.parametrize("later", ["later", "mine"])  # the saved content's id sorts between theirs
def test_a_file_changed_since_is_not_taken_for_the_saved_one(tmp_path: Path, later: str) -> None:
    shop = filtered_workshop(tmp_path / "shop")
    chamber = worked_in(shop)
    lose_filter(shop)
    ref = close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    chamber.write("new.up", f"{later}\n")
    chamber.path.joinpath("staged.up").unlink()
    state = as_saved(shop.repo, ref, chamber.path, read_state(chamber.path))
    assert not holds_state(shop.repo, ref, state)
    assert shop.main.git("show", f"{state.work_tree}:new.up") == later.upper()
    assert shop.main.git("show", f"{state.work_tree}:old.up") == "new"
    with pytest.raises(Refused, match="has uncommitted work"):
        recreate(shop, chamber)
    assert chamber.read("new.up") == f"{later}\n"


def test_the_state_beside_a_save_with_all_filters_stays_as_it_is(tmp_path: Path) -> None:
    shop = workshop(tmp_path / "shop")
    [chamber] = shop.open("auth")
    chamber.write("new", "new\n")
    ref = close(shop, chamber)
    recreate(shop, chamber)
    state = read_state(chamber.path)
    assert as_saved(shop.repo, ref, chamber.path, state) is state


def test_a_link_changed_since_or_replaced_by_a_file_is_not_taken_for_the_saved_one(
    tmp_path: Path,
) -> None:
    shop = filtered_workshop(tmp_path / "shop")
    chamber = worked_in(shop)
    changed, replaced = chamber.path / "changed", chamber.path / "replaced"
    for link in (changed, replaced):
        link.symlink_to("nowhere")
    lose_filter(shop)
    ref = close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    for link in (changed, replaced):
        link.unlink()
    changed.symlink_to("elsewhere")
    replaced.write_text("nowhere")
    state = as_saved(shop.repo, ref, chamber.path, read_state(chamber.path))
    assert not holds_state(shop.repo, ref, state)
    assert shop.main.git("show", f"{state.work_tree}:changed") == "elsewhere"
    assert shop.main.git("ls-tree", state.work_tree, "replaced").startswith("100644 ")


def test_a_file_whose_bytes_are_saved_beside_its_content_is_found_when_the_program_is_back(
    tmp_path: Path,
) -> None:
    shop = filtered_workshop(tmp_path / "shop")
    attributes = shop.repo.common_dir / "info" / "attributes"
    attributes.write_text("crlf.up text eol=lf\n")
    chamber = worked_in(shop)
    chamber.write("crlf.up", b"one\r\ntwo\r\n")
    lose_filter(shop)
    ref = close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    assert (chamber.path / "crlf.up").read_bytes() == b"one\r\ntwo\r\n"
    state = read_state(chamber.path)
    assert not holds_state(shop.repo, ref, state)
    assert holds_state(shop.repo, ref, as_saved(shop.repo, ref, chamber.path, state))


def test_a_saved_file_that_git_ignores_by_now_is_no_part_of_the_state(tmp_path: Path) -> None:
    shop = filtered_workshop(tmp_path / "shop")
    chamber = worked_in(shop)
    lose_filter(shop)
    ref = close(shop, chamber)
    find_filter(shop)
    recreate(shop, chamber)
    with (shop.repo.common_dir / "info" / "exclude").open("a") as exclude:
        exclude.write("/new.up\n")
    state = as_saved(shop.repo, ref, chamber.path, read_state(chamber.path))
    assert not holds_state(shop.repo, ref, state)
    assert shop.main.git("ls-tree", "--name-only", state.work_tree, "new.up", "old.up") == "old.up"
