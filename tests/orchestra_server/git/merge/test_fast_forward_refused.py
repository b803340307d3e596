"""What keeps git from merging in the checkout is said with what to do."""

import contextlib
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.fast_forward import blocked_files, land
from tests.support.git.chambers import Workshop, finished, workshop_to_land_in


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop_to_land_in(tmp_path / "shop")


@pytest.mark.parametrize("operation", ["merge", "cherry-pick"])
def test_while_a_merge_is_under_way_nothing_lands_and_the_refusal_says_how_to_end_it(
    shop: Workshop, operation: str
) -> None:
    old = shop.main.head
    new = shop.main.commit("new", {"new": "new\n"})
    shop.main.git("reset", "--quiet", "--hard", old)
    shop.main.git("switch", "--quiet", "-c", "side")
    shop.main.commit("side", {"README": "side\n"})
    shop.main.git("switch", "--quiet", "main")
    tip = shop.main.commit("ours", {"README": "ours\n"})
    with contextlib.suppress(AssertionError):  # it stops at the conflict
        shop.main.git(operation, "side")
    before = shop.main.status
    landed = shop.main.git("commit-tree", f"{new}^{{tree}}", "-p", tip, "-m", "landed")
    for attempt in (land, blocked_files):
        with pytest.raises(Refused, match=rf"a {operation} is under way.*{operation} --abort"):
            attempt(shop.repo, shop.main.path, "main", tip, landed)
    assert (shop.main.head, shop.main.status) == (tip, before)


def test_a_hook_that_takes_the_merge_back_is_suspected(shop: Workshop) -> None:
    old = shop.main.head
    new = shop.main.commit("new", {"new": "new\n"})
    shop.main.git("reset", "--quiet", "--hard", old)
    shop.main.hook("post-merge", f"git reset --quiet --hard {old}")
    with pytest.raises(Refused, match=r"is as it was: git merged, but .* a post-merge hook"):
        land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.status) == (old, "")


@pytest.mark.parametrize("sorts_before", [True, False])
def test_a_branch_that_has_moved_meanwhile_is_told_before_uncommitted_work_in_the_way(
    shop: Workshop, *, sorts_before: bool
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    moved = shop.main.commit("meanwhile", {"other": "x"})
    attempt = 0
    while (moved < old) != sorts_before:
        attempt += 1
        shop.main.git("commit", "--quiet", "--amend", "-m", f"meanwhile {attempt}")
        moved = shop.main.head
    shop.main.write("README", "mine\n")
    with pytest.raises(Refused, match=rf"^branch main moved to {moved[:12]} "):
        land(shop.repo, shop.main.path, "main", old, new)
    assert (shop.main.head, shop.main.read("README")) == (moved, "mine\n")
