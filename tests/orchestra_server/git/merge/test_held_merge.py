"""A merge that is held survives git's garbage collection, and a torn one is not held."""

from pathlib import Path

import pytest

from orchestra_server.git.merge.held_merge import (
    HELD,
    hold_merge,
    release_merge,
)
from orchestra_server.git.merge.merge import ChamberBranch, FullMerge, merge_all
from orchestra_server.git.process.run import GitFailed
from tests.support.git.chambers import Workshop, workshop
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(small_repository(tmp_path / "shop"))


@pytest.fixture
def merged(shop: Workshop) -> tuple[str, list[str]]:
    """A merge that no ref holds, and the commits that it was made of."""
    [auth] = shop.open("auth")
    tip = auth.commit("login", {"src/login.py": "1\n"})
    old = shop.main.commit("main goes on", {"main.txt": "1\n"})
    outcome = merge_all(shop.repo, old, [ChamberBranch("auth", tip)], "Login")
    assert isinstance(outcome, FullMerge)
    return outcome.commit, [old, tip]


def is_there(main: TestRepository, commit: str) -> bool:
    return commit in main.git("cat-file", "--batch-check", "--batch-all-objects")


def test_a_held_merge_stays_until_it_is_released(
    shop: Workshop, merged: tuple[str, list[str]]
) -> None:
    commit, merged_branches = merged
    assert hold_merge(shop.repo, "t-1", commit, merged_branches)
    shop.main.git("gc", "--quiet", "--prune=now")
    assert is_there(shop.main, commit)
    release_merge(shop.repo, "t-1")
    release_merge(shop.repo, "t-1")
    assert shop.main.git("for-each-ref", HELD) == ""
    shop.main.git("gc", "--quiet", "--prune=now")
    assert not is_there(shop.main, commit)


@pytest.mark.parametrize("name", ["", "^{tree}"])
def test_a_merge_that_git_has_deleted_or_a_part_of_is_not_held(
    shop: Workshop, merged: tuple[str, list[str]], name: str
) -> None:
    commit, merged_branches = merged
    gone = shop.main.git("rev-parse", f"{commit}{name}")
    (shop.main.path / ".git" / "objects" / gone[:2] / gone[2:]).unlink()
    assert not hold_merge(shop.repo, "t-1", commit, merged_branches)
    assert shop.main.git("for-each-ref", HELD) == ""


def test_a_hook_that_refuses_the_ref_is_named_with_its_words(
    shop: Workshop, merged: tuple[str, list[str]]
) -> None:
    shop.main.hook(
        "reference-transaction",
        '[ "$1" = prepared ] || exit 0; echo no refs of tools here >&2; exit 1',
    )
    with pytest.raises(GitFailed) as refused:
        hold_merge(shop.repo, "t-1", *merged)
    assert str(refused.value) == (
        "refs/orchestra/landing/t-1 could not be written, and nothing has landed: no refs of tools "
        "here; ref updates aborted by hook; a reference-transaction hook has to accept "
        "refs/orchestra/"
    )
