"""A fast-forward that broke off is undone."""

from pathlib import Path

import pytest

from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.merge.undo_fast_forward import ChangedFile, put_back
from tests.support.git.chambers import Workshop, finished, workshop_to_land_in


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return workshop_to_land_in(tmp_path / "répo")


def test_a_file_half_written_by_a_failed_landing_is_restored(shop: Workshop) -> None:
    """A full disk leaves the beginning of a file; it must not be in the way of the next try."""
    old, new = finished(shop, {"README": "new and longer\n", "added": "also new\n"})
    main = shop.main
    main.write("README", "new and")
    main.write("added", "")
    changes = [
        ChangedFile("README", "M", main.git("rev-parse", f"{new}:README")),
        ChangedFile("added", "A", main.git("rev-parse", f"{new}:added")),
    ]
    assert put_back(main.path, changes, old, new) == []
    assert (main.head, main.status) == (old, "")
    land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status) == (new, "")


def test_a_hooks_change_to_a_landed_file_is_kept(shop: Workshop) -> None:
    """`npm install` in post-merge rewrites a lock file."""
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    main.hook("post-merge", "printf other > README")
    land(shop.repo, main.path, "main", old, new)
    assert (main.head, main.status) == (new, " M README")
    assert main.read("README") == "other"


@pytest.mark.parametrize("sorts_before", [True, False])
def test_undoing_a_landing_keeps_a_file_that_a_person_wrote(
    shop: Workshop, *, sorts_before: bool
) -> None:
    old, new = finished(shop, {"README": "new\n"})
    main = shop.main
    landed = main.git("rev-parse", f"{new}:README")
    number, mine = 0, ""
    while not mine or (main.git("hash-object", "README") < landed) != sorts_before:
        number, mine = number + 1, f"mine {number}\n"
        main.write("README", mine)
    assert put_back(main.path, [ChangedFile("README", "M", landed)], old, new) == []
    assert (main.head, main.read("README")) == (old, mine)


def test_undoing_a_landing_keeps_a_file_that_a_person_wrote_where_the_landing_removes_one(
    shop: Workshop,
) -> None:
    old, new = finished(shop, {}, remove="old")
    main = shop.main
    main.write("old", "mine\n")
    assert put_back(main.path, [ChangedFile("old", "D", "0" * 40)], old, new) == []
    assert (main.head, main.read("old")) == (old, "mine\n")
