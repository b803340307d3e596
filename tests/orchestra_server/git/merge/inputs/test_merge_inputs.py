"""A merge of what was read ahead is the merge that reads by itself, and reads nothing more."""

from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.inputs.merge_inputs import read_merge
from orchestra_server.git.merge.merge import (
    ChamberBranch,
    FullMerge,
    PartialMerge,
    merge_all,
    merge_compatible,
)
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.git_count import counted_git


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "2026-11-27T12:00:00+0530")
    return workshop(tmp_path / "shop")


def branches_of(shop: Workshop, *names: str) -> list[ChamberBranch]:
    chambers = shop.open(*names)
    for chamber in chambers:
        chamber.commit("work", {f"src/{chamber.path.name}.py": "new"})
    return [ChamberBranch(chamber.path.name, chamber.head) for chamber in chambers]


def test_a_merge_that_was_read_ahead_only_writes(
    shop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches, base = branches_of(shop, "auth", "api"), shop.main.head
    inputs = read_merge(shop.repo, base, [branch.commit for branch in branches])
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        merged = merge_all(shop.repo, base, branches, "Login", inputs=inputs)
        assert count.commands == ["unpack-objects"]
    assert merged == merge_all(shop.repo, base, branches, "Login")
    shop.main.git("fsck", "--strict", "--no-dangling")


def test_a_reading_may_be_used_twice_and_in_part(shop: Workshop) -> None:
    branches, base = branches_of(shop, "auth", "api"), shop.main.head
    inputs = read_merge(shop.repo, base, [branch.commit for branch in branches])
    merged = merge_compatible(shop.repo, base, branches, "Login", inputs=inputs)
    assert isinstance(merged, PartialMerge)
    assert merged == merge_compatible(shop.repo, base, branches, "Login")


def test_a_reading_of_other_commits_is_not_used(shop: Workshop) -> None:
    branches, base = branches_of(shop, "auth", "api", "web"), shop.main.head
    inputs = read_merge(shop.repo, base, [branch.commit for branch in branches[:2]])
    merged = merge_all(shop.repo, base, branches, "Login", inputs=inputs)
    assert isinstance(merged, FullMerge)
    assert merged == merge_all(shop.repo, base, branches, "Login")
    later = shop.main.commit("later", {"later.txt": "x"})
    assert not inputs.fits(later, [branch.commit for branch in branches[:2]])
    after = merge_all(shop.repo, later, branches[:2], "Login", inputs=inputs)
    assert after == merge_all(shop.repo, later, branches[:2], "Login")


def test_without_an_identity_the_merge_says_so_and_not_the_reading(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    branches, base = branches_of(shop, "auth"), shop.main.head
    monkeypatch.delenv("GIT_COMMITTER_NAME")
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    shop.main.git("config", "user.useConfigOnly", "true")
    assert read_merge(shop.repo, base, [branches[0].commit]).ownership is None
    inputs = read_merge(shop.repo, base, [branches[0].commit])
    with pytest.raises(Refused, match=r"git config --global user\.name"):
        merge_all(shop.repo, base, branches, "Login", inputs=inputs)
