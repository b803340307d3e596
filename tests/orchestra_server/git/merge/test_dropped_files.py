from pathlib import Path

import pytest

from orchestra_server.git.merge.dropped_files import REWRITTEN, dropped_files
from tests.support.git.chambers import Workshop, workshop


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop(tmp_path / "shop")


def test_nothing_is_dropped_from_a_branch_that_only_grew(shop: Workshop) -> None:
    base = shop.main.head
    [chamber] = shop.open("auth")
    tip = shop.main.commit("more", {"b": "b"})
    assert dropped_files(shop.repo, base, tip, chamber.head, {}) == {}


def test_the_files_of_commits_that_were_reset_away_are_dropped(shop: Workshop) -> None:
    base = shop.main.commit("to be dropped", {"secret ü": "a", "b": "b"})
    [chamber] = shop.open("auth")
    shop.main.git("reset", "--quiet", "--hard", "HEAD^")
    dropped = dropped_files(shop.repo, base, shop.main.head, chamber.head, {})
    assert dropped == {"b": REWRITTEN, "secret ü": REWRITTEN}


def test_nothing_is_dropped_for_a_chamber_that_no_longer_holds_the_base(shop: Workshop) -> None:
    base = shop.main.commit("to be dropped", {"a": "a"})
    [chamber] = shop.open("auth")
    shop.main.git("reset", "--quiet", "--hard", "HEAD^")
    chamber.git("reset", "--quiet", "--hard", shop.main.head)
    assert dropped_files(shop.repo, base, shop.main.head, chamber.head, {}) == {}


def test_a_base_missing_from_the_repository_drops_nothing(shop: Workshop) -> None:
    [chamber] = shop.open("auth")
    assert dropped_files(shop.repo, "1" * 40, shop.main.head, chamber.head, {}) == {}
