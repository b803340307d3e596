"""What two trees cannot hold is kept as a third, and nothing more than that."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.saves.remove_saved_worktree import remove_worktree
from orchestra_server.git.saves.save import SavedCommit, save_work
from orchestra_server.git.saves.save_index_and_operation import SaveExtras, read_extras
from orchestra_server.git.snapshot.reflog_commits import LOG
from tests.support.git.chambers import Workshop, saved_ref, workshop
from tests.support.git.repositories import TestRepository

BRANCH = "orchestra/t-1/auth"


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "repo")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def save(shop: Workshop, chamber: TestRepository) -> SavedCommit:
    saved = save_work(shop.repo, chamber.path, saved_ref(chamber), "saved", own_branch=BRANCH)
    assert saved is not None
    return saved


def kept(shop: Workshop, chamber: TestRepository) -> set[str]:
    return set(read_extras(shop.repo, save(shop, chamber).commit))


def conflict(shop: Workshop, chamber: TestRepository, name: str) -> None:
    chamber.commit("mine", {name: "mine\n"})
    shop.main.commit("theirs", {name: "theirs\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "--quiet", "main")


def test_plain_work_needs_no_third_tree(shop: Workshop, chamber: TestRepository) -> None:
    chamber.commit("work", {"README": "committed\n"})
    chamber.git("rm", "--quiet", "README")
    assert kept(shop, chamber) == set()


def test_unmerged_entries_are_kept_by_their_stages_whatever_the_name(
    shop: Workshop, chamber: TestRepository
) -> None:
    conflict(shop, chamber, "a\tb")
    names = kept(shop, chamber)
    assert {"2/a\tb", "3/a\tb", "index", "log", "git/MERGE_HEAD"} <= names
    assert not {"HEAD", "branch", "submodules"} & names


def test_the_names_of_entries_are_complete() -> None:
    assert SaveExtras(("100644 1234\ta\tb", "100644 1234\tc"), ()).names == {"a\tb", "c"}


def test_a_head_elsewhere_is_kept_with_the_commit_of_the_chambers_branch(
    shop: Workshop, chamber: TestRepository
) -> None:
    own = chamber.commit("own", {"own": "x\n"})
    chamber.git("switch", "--quiet", "-c", "trial", "HEAD~")
    chamber.write("new", "x\n")
    saved = save(shop, chamber)
    assert {"HEAD", "branch"} <= set(read_extras(shop.repo, saved.commit))
    assert saved.tip == own
    assert own in shop.main.git("show", "--no-patch", "--format=%P", f"{saved.commit}^3")


def test_a_head_elsewhere_is_kept_although_the_chambers_branch_is_gone(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.git("switch", "--quiet", "-c", "trial")
    chamber.git("branch", "-D", BRANCH)
    chamber.write("new", "x\n")
    saved = save(shop, chamber)
    assert saved.tip == saved.head == chamber.head
    names = set(read_extras(shop.repo, saved.commit))
    assert ("HEAD" in names, "branch" in names) == (True, False)


def test_an_operation_is_saved_where_git_keeps_no_log(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.git("bisect", "start")
    (shop.repo.common_dir / "worktrees" / "auth" / LOG).unlink()
    names = kept(shop, chamber)
    assert any(name.startswith("git/BISECT") for name in names)
    assert "log" not in names


@pytest.mark.parametrize("is_begun_first", [True, False])
def test_an_operation_that_ended_or_began_after_saving_counts_as_unsaved(
    shop: Workshop, chamber: TestRepository, *, is_begun_first: bool
) -> None:
    chamber.write("new", "x\n")
    steps = ["start", "reset"]
    if is_begun_first:
        chamber.git("bisect", steps.pop(0))
    save(shop, chamber)
    chamber.git("bisect", steps[0])
    assert chamber.status == "?? new"
    with pytest.raises(Refused, match="not saved"):
        remove_worktree(shop.repo, chamber.path)
