"""What a restore may redo: content that some commit or the save holds, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.only_saved_content import (
    differs_in_submodules_alone,
    has_only_saved_content,
    require_only_saved_submodules,
    saved_submodules,
    tree_entries,
    tree_paths,
)
from orchestra_server.git.saves.save import save_work
from orchestra_server.git.snapshot.index_copy import read_state
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "repo")


def saved_chamber(shop: Workshop) -> tuple[TestRepository, str]:
    """Save a chamber with a staged and an unstaged change of one file, and an untracked file."""
    [chamber] = shop.open("auth")
    chamber.write("README", "staged\n")
    chamber.git("add", "README")
    chamber.write("README", "not staged\n")
    chamber.write("new", "untracked\n")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    return chamber, ref


def nothing(chamber: TestRepository) -> None:
    """Leave it as it is."""


def the_file_as_in_head(chamber: TestRepository) -> None:
    chamber.git("checkout", "--quiet", "HEAD", "README")


def the_index_as_in_the_files(chamber: TestRepository) -> None:
    chamber.git("add", "--all")


def no_files(chamber: TestRepository) -> None:
    for name in ("README", "new", "src/app.py"):
        (chamber.path / name).unlink()


@pytest.mark.parametrize(
    "change", [nothing, the_file_as_in_head, the_index_as_in_the_files, no_files]
)
def test_content_of_head_or_of_the_save_is_not_somebodys_work(
    shop: Workshop, change: Callable[[TestRepository], None]
) -> None:
    chamber, ref = saved_chamber(shop)
    change(chamber)
    assert has_only_saved_content(shop.repo, ref, read_state(chamber.path))


def another_file(chamber: TestRepository) -> None:
    chamber.write("mine", "x\n")


def another_content(chamber: TestRepository) -> None:
    chamber.write("README", "mine\n")


def another_mode(chamber: TestRepository) -> None:
    (chamber.path / "new").chmod(0o755)


def staged_content_in_the_file(chamber: TestRepository) -> None:
    chamber.write("README", "staged\n")  # which was only in the index


def another_content_in_the_index(chamber: TestRepository) -> None:
    chamber.write("README", "mine\n")
    chamber.git("add", "README")
    chamber.write("README", "not staged\n")


def an_operation(chamber: TestRepository) -> None:
    chamber.git("bisect", "start")


@pytest.mark.parametrize(
    "change",
    [
        *(another_file, another_content, another_mode, staged_content_in_the_file),
        *(another_content_in_the_index, an_operation),
    ],
)
def test_any_other_content_is_somebodys_work(
    shop: Workshop, change: Callable[[TestRepository], None]
) -> None:
    chamber, ref = saved_chamber(shop)
    change(chamber)
    assert not has_only_saved_content(shop.repo, ref, read_state(chamber.path))


def test_unmerged_files_are_somebodys_work(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.commit("mine", {"README": "mine\n"})
    shop.main.commit("theirs", {"README": "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    assert not has_only_saved_content(shop.repo, ref, read_state(chamber.path))


def test_without_a_save_only_commits_count(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    other = shop.main.commit("other", {"README": "other\n"})
    chamber.write("README", "other\n")
    state = read_state(chamber.path)
    assert not has_only_saved_content(shop.repo, "", state)
    assert has_only_saved_content(shop.repo, "", state, [other])


def test_a_missing_commit_has_no_files(shop: Workshop) -> None:
    assert tree_entries(shop.repo, "1" * 40) == set()
    assert tree_paths(shop.repo, "HEAD") == {"README", "src/app.py"}


def test_a_submodule_at_a_commit_of_the_save_is_not_a_difference(
    submodule_shop: Workshop,
) -> None:
    shop = submodule_shop
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    maths.commit("sum", {"sum.txt": "4\n"})
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    assert [*saved_submodules(shop.repo, ref)] == ["libs/maths"]
    assert differs_in_submodules_alone(shop.repo, ref, read_state(chamber.path))
    chamber.git("add", "libs/maths")
    assert differs_in_submodules_alone(shop.repo, ref, read_state(chamber.path))
    maths.commit("mine", {"mine.txt": "x\n"})
    assert not differs_in_submodules_alone(shop.repo, ref, read_state(chamber.path))


def test_a_saved_file_is_a_difference(shop: Workshop) -> None:
    chamber, ref = saved_chamber(shop)
    assert not differs_in_submodules_alone(shop.repo, ref, read_state(chamber.path))
    chamber.git("checkout", "--quiet", "HEAD", "README")
    (chamber.path / "new").unlink()
    assert differs_in_submodules_alone(shop.repo, ref, read_state(chamber.path))


def test_submodules_with_only_committed_or_saved_content_pass(
    submodule_shop: Workshop,
) -> None:
    shop = submodule_shop
    [chamber] = shop.open("auth")
    chamber.write("libs/maths/maths.txt", "saved\n")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    main_copies = shop.repo.common_dir / "modules"

    def require(ref: str) -> None:
        require_only_saved_submodules(shop.repo, ref, chamber.path, main_copies, ["HEAD"])

    require(ref)
    with pytest.raises(Refused, match=r"libs/maths has uncommitted work"):
        require("")
    chamber.write("libs/maths/inner/inner.txt", "mine\n")
    with pytest.raises(Refused, match=r"libs/maths/inner has uncommitted work"):
        require(ref)
    chamber.write("libs/maths/inner/inner.txt", "inner\n")
    chamber.write("libs/maths/maths.txt", "mine\n")
    with pytest.raises(Refused, match=rf"commit it before restoring {ref} there"):
        require(ref)


def test_a_clean_worktree_needs_no_save(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    assert has_only_saved_content(shop.repo, "", read_state(chamber.path))


def test_an_operation_that_the_save_has_is_saved_content(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    chamber.git("bisect", "start")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    assert has_only_saved_content(shop.repo, ref, read_state(chamber.path))
    chamber.git("bisect", "bad")
    assert not has_only_saved_content(shop.repo, ref, read_state(chamber.path))


def test_the_path_of_a_saved_submodule_may_contain_spaces(shop: Workshop) -> None:
    first = shop.main.head
    listed = f"{first} libs/more maths\0{first} zlib\0"
    second, extras = shop.main.commit("second"), shop.main.commit(files={"submodules": listed})
    parents = (word for parent in (first, second, extras) for word in ("-p", parent))
    save = shop.main.git("commit-tree", "-m", "saved", *parents, "HEAD^{tree}")
    assert saved_submodules(shop.repo, save) == {"libs/more maths": first, "zlib": first}


def test_a_conflict_in_a_submodule_that_is_saved_exactly_passes(submodule_shop: Workshop) -> None:
    shop = submodule_shop
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    for side in ("theirs", "ours"):
        maths.git("switch", "--quiet", "-C", side, "origin/main")
        maths.commit(side, {"maths.txt": f"{side}\n"})
    with pytest.raises(AssertionError):
        maths.git("merge", "--quiet", "theirs")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    main_copies = shop.repo.common_dir / "modules"
    require_only_saved_submodules(shop.repo, ref, chamber.path, main_copies, ["HEAD"])


def test_content_of_a_commit_that_the_restored_worktree_named_passes(
    submodule_shop: Workshop,
) -> None:
    shop = submodule_shop
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    named, later = maths.head, maths.commit("sum", {"sum.txt": "4\n"})
    before, after = chamber.head, chamber.commit("a later maths")
    maths.git("checkout", "--quiet", named)
    maths.git("checkout", "--quiet", later, "--", ".")
    main_copies = shop.repo.common_dir / "modules"
    require_only_saved_submodules(shop.repo, "", chamber.path, main_copies, [after])
    with pytest.raises(
        Refused,
        match="libs/maths has uncommitted work; commit it before restoring the chamber there",
    ):
        require_only_saved_submodules(shop.repo, "", chamber.path, main_copies, [before])


def test_content_of_a_commit_that_the_saved_submodule_names_for_a_nested_one_passes(
    submodule_shop: Workshop,
) -> None:
    shop = submodule_shop
    [chamber] = shop.open("auth")
    maths = TestRepository(chamber.path / "libs/maths")
    inner = TestRepository(maths.path / "inner")
    named, later = inner.head, inner.commit("later", {"later.txt": "x\n"})
    maths.git("add", "inner")
    ref = saved_ref(chamber)
    save_work(shop.repo, chamber.path, ref, "saved")
    maths.git("reset", "--quiet")
    inner.git("checkout", "--quiet", named)
    inner.git("checkout", "--quiet", later, "--", ".")
    main_copies = shop.repo.common_dir / "modules"
    require_only_saved_submodules(shop.repo, ref, chamber.path, main_copies, [chamber.head])


def test_a_path_may_contain_a_tab(shop: Workshop) -> None:
    shop.main.commit(files={"a\tb": "x\n"})
    assert "a\tb" in tree_paths(shop.repo, "HEAD")
