from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


@pytest.fixture
def chamber(shop: Workshop) -> TestRepository:
    return shop.open("auth")[0]


@pytest.fixture
def scratch(shop: Workshop, tmp_path: Path) -> Iterator[ScratchObjects]:
    scratch = ScratchObjects(tmp_path / "scratch", shop.repo.common_dir / "objects")
    scratch.begin()
    yield scratch
    scratch.close()


def snapshot(scratch: ScratchObjects, shop: Workshop, *chambers: TestRepository) -> dict[str, str]:
    paths = {chamber.path.name: chamber.path for chamber in chambers}
    return snapshot_worktrees(scratch, shop.repo, paths)


def test_the_snapshot_of_a_clean_chamber_is_its_head(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    assert snapshot(scratch, shop, chamber) == {"auth": chamber.head}


def test_uncommitted_and_untracked_files_are_in_the_snapshot(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("README", "changed\n")
    chamber.write("new", "new\n")
    before = chamber.status
    commit = snapshot(scratch, shop, chamber)["auth"]
    files = shop.repo.run("ls-tree", "--name-only", commit, env=scratch.env).out.split()
    assert "new" in files
    assert shop.repo.run("rev-parse", f"{commit}^", env=scratch.env).out.strip() == chamber.head
    assert chamber.status == before


def test_the_objects_of_a_snapshot_are_not_in_the_repository(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("new", "new\n")
    commit = snapshot(scratch, shop, chamber)["auth"]
    assert shop.repo.run("cat-file", "-e", commit).status != 0


def test_the_same_work_gives_the_same_commit(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write("new", "new\n")
    first = snapshot(scratch, shop, chamber)
    scratch.begin()
    assert snapshot(scratch, shop, chamber) == first


def test_a_worktree_that_is_gone_is_left_out(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    gone = TestRepository(chamber.path.with_name("gone"))
    assert snapshot(scratch, shop, chamber, gone) == {"auth": chamber.head}
    assert snapshot(scratch, shop, gone) == {}


def test_an_index_is_copied_again_only_when_it_has_changed(
    scratch: ScratchObjects, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    index.write_bytes(b"one")
    copy = scratch.index_for("auth", index)
    copy.write_bytes(b"refreshed")
    assert scratch.index_for("auth", index).read_bytes() == b"refreshed"
    index.write_bytes(b"three")
    assert scratch.index_for("auth", index).read_bytes() == b"three"


def test_closing_removes_every_file(scratch: ScratchObjects) -> None:
    scratch.close()
    assert not scratch.directory.exists()


def test_files_whose_required_filter_fails_are_in_the_snapshot_as_they_are(
    scratch: ScratchObjects, shop: Workshop, chamber: TestRepository
) -> None:
    chamber.write(".gitattributes", "*.up filter=up\n")
    shop.main.git("config", "filter.up.required", "true")
    shop.main.git("config", "filter.up.clean", "no-such-program")
    chamber.write("new.up", "new\n")
    chamber.write("new.py", "code\n")
    commit = snapshot(scratch, shop, chamber)["auth"]
    shown = shop.repo.run("show", f"{commit}:new.up", f"{commit}:new.py", env=scratch.env)
    assert shown.out == "new\ncode\n"
