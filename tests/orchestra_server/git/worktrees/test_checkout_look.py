"""A checkout that was looked at is moved only if it is still as it was seen."""

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.worktrees.checkout_look import look_at_checkout
from tests.support.git.chambers import Workshop, finished, workshop_to_land_in
from tests.support.git.repositories import TestRepository


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop_to_land_in(tmp_path / "répo")


def test_a_look_says_where_a_branch_is_checked_out_and_what_is_uncommitted_there(
    shop: Workshop,
) -> None:
    shop.main.write("README", "mine\n")
    shop.main.write("untracked", "x")
    look = look_at_checkout(shop.repo, shop.main.path, "main")
    assert look.place is not None
    assert (look.place.worktree, look.place.commit) == (shop.main.path, shop.main.head)
    assert look.status == (" M README",)
    assert look_at_checkout(shop.repo, shop.main.path, "no-such").place is None


def switch_away(main: TestRepository) -> None:
    main.git("switch", "--quiet", "-c", "elsewhere")


def detach(main: TestRepository) -> None:
    main.git("switch", "--quiet", "--detach")


def commit_more(main: TestRepository) -> None:
    main.commit("mine", {"mine": "mine\n"})


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (switch_away, "was on main and is on elsewhere by now; nothing has landed"),
        (detach, "was on main and is on a detached HEAD by now; nothing has landed"),
        (commit_more, "branch main moved to .* since the merge was computed"),
    ],
)
def test_a_checkout_that_moves_after_the_look_is_refused_and_nothing_moves(
    shop: Workshop, happens: Callable[[TestRepository], None], told: str
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    look = look_at_checkout(shop.repo, shop.main.path, "main")
    happens(shop.main)
    before = shop.main.git("for-each-ref"), shop.main.head
    with pytest.raises(Refused, match=told):
        land(shop.repo, shop.main.path, "main", old, new, look=look)
    assert (shop.main.git("for-each-ref"), shop.main.head) == before
    assert (shop.main.read("README"), shop.main.status) == ("hello\n", "")


@pytest.mark.parametrize("mine", ["README", "added"])
def test_work_that_begins_after_the_look_is_kept_and_nothing_moves(
    shop: Workshop, mine: str
) -> None:
    old, new = finished(shop, {"README": "new\n", "added": "x"})
    look = look_at_checkout(shop.repo, shop.main.path, "main")
    shop.main.write(mine, "mine\n")
    before = shop.main.status
    with pytest.raises(Refused, match=mine):
        land(shop.repo, shop.main.path, "main", old, new, look=look)
    assert (shop.main.head, shop.main.read(mine), shop.main.status) == (old, "mine\n", before)


def test_a_branch_that_is_checked_out_after_the_look_is_not_left_behind(shop: Workshop) -> None:
    old, new = finished(shop, {"README": "new\n"})
    detach(shop.main)
    look = look_at_checkout(shop.repo, shop.main.path, "main")
    shop.main.git("switch", "--quiet", "main")
    land(shop.repo, shop.main.path, "main", old, new, look=look)
    assert (shop.main.head, shop.main.status, shop.main.read("README")) == (new, "", "new\n")
