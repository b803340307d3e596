"""The worktree in which gates run has the submodules of what it judges, and nothing else there."""

from pathlib import Path

import pytest

from orchestra_server.git.gates.scratch_worktree import take_scratch
from orchestra_server.git.repository.repository import open_repository
from tests.support.git.chambers import Workshop
from tests.support.git.repositories import run_git

MATHS = "libs/maths"


@pytest.fixture
def shop(submodule_shop: Workshop) -> Workshop:
    return submodule_shop


def check_out(shop: Workshop, state: Path, commit: str) -> Path:
    repo = open_repository(shop.main.path)
    with take_scratch(repo, state, waits_for="a gate", low_priority=False) as scratch:
        scratch.check_out(commit, (repo.common_dir / "objects",), ())
        return scratch.path


def test_submodules_are_filled_from_local_copies_and_are_those_of_the_commit(
    shop: Workshop, tmp_path: Path
) -> None:
    state, first = tmp_path / "state", shop.main.head
    path = check_out(shop, state, first)
    maths = path / MATHS
    assert (maths / "maths.txt").read_text() == "1 + 1\n"
    assert (maths / "inner" / "inner.txt").read_text() == "inner\n"
    inode = (maths / ".git").stat().st_ino
    check_out(shop, state, first)
    # Nothing has changed, so nothing is cloned again.
    assert (maths / ".git").stat().st_ino == inode

    (maths / "maths.txt").write_text("changed by a gate\n")
    (maths / "left.txt").touch()
    check_out(shop, state, first)
    assert (maths / "maths.txt").read_text() == "1 + 1\n"
    assert not (maths / "left.txt").exists()

    own = shop.main.path / MATHS
    (own / "maths.txt").write_text("2 + 2\n")
    run_git(own, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qam", "two")
    shop.main.git("add", MATHS)
    shop.main.git("commit", "--quiet", "-m", "newer maths")
    check_out(shop, state, shop.main.head)
    assert (maths / "maths.txt").read_text() == "2 + 2\n"

    shop.main.git("rm", "--quiet", MATHS)
    shop.main.git("commit", "--quiet", "-m", "no maths")
    check_out(shop, state, shop.main.head)
    assert not maths.exists()
