"""A snapshot tells whether a chamber holds work, and whether all of it is committed."""

from pathlib import Path

import pytest

from orchestra_core.models import Work
from orchestra_server.git.repository.work_done import work_done
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop", {"README": "hello\n"}))


def work_in(shop: Workshop, chamber: TestRepository, base: str) -> dict[str, Work]:
    repo = shop.repo
    scratch = ScratchObjects(repo.common_dir / "scratch", repo.common_dir / "objects")
    scratch.begin()
    seen = snapshot_worktrees(scratch, repo, {"auth": chamber.path})
    return work_done(repo, scratch.env, {"auth": (seen["auth"], base)})


def test_a_chambers_work_is_none_uncommitted_or_committed(shop: Workshop) -> None:
    (auth,) = shop.open("auth")
    base = auth.git("rev-parse", "HEAD").strip()
    assert work_in(shop, auth, base) == {"auth": "none"}
    auth.write("new.py", "one\n")
    assert work_in(shop, auth, base) == {"auth": "uncommitted"}
    auth.commit("mine", {"new.py": "one\n"})
    assert work_in(shop, auth, base) == {"auth": "committed"}
    auth.write("README", "changed\n")
    assert work_in(shop, auth, base) == {"auth": "uncommitted"}


def test_nothing_is_known_about_work_on_a_missing_base(shop: Workshop) -> None:
    (auth,) = shop.open("auth")
    assert work_in(shop, auth, "1" * 40) == {}
    assert work_done(shop.repo, {}, {}) == {}
