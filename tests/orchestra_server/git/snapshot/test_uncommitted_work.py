from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.repository.worktree_status import read_status
from orchestra_server.git.snapshot.uncommitted_work import UncommittedWork, read_uncommitted_work
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


def work_in(shop: Workshop, chamber: TestRepository) -> UncommittedWork:
    return read_uncommitted_work(shop.repo, chamber.path, read_status(chamber.path))


def test_a_clean_chamber_has_heads_commit_and_no_files(
    shop: Workshop, chamber: TestRepository
) -> None:
    assert work_in(shop, chamber) == UncommittedWork(chamber.head, ())


def test_the_stand_in_commit_holds_changed_and_untracked_files(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("README", "changed\n")
    chamber.write("new ü", "new\n")
    before = chamber.status
    work = work_in(shop, chamber)
    assert work.files == ("README", "new ü")
    assert chamber.git("show", f"{work.commit}:README") == "changed"
    assert chamber.git("rev-parse", f"{work.commit}^") == chamber.head
    assert chamber.status == before


def test_a_change_that_is_staged_and_undone_again_is_not_work(
    shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("README", "changed\n")
    chamber.git("add", "README")
    chamber.write("README", "hello\n")
    assert work_in(shop, chamber) == UncommittedWork(chamber.head, ())


def test_an_unresolved_conflict_is_refused(shop: Workshop, chamber: TestRepository) -> None:
    shop.main.commit("theirs", {"README": "theirs\n"})
    chamber.commit("ours", {"README": "ours\n"})
    with pytest.raises(AssertionError):
        chamber.git("merge", "main")
    with pytest.raises(Refused, match="README"):
        work_in(shop, chamber)
