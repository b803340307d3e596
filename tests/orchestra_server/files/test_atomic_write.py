"""A file is whole or not there at all, and what stood in its place is not followed or lost."""

from pathlib import Path

import pytest

from orchestra_server.files.atomic_write import write_atomically
from tests.support.hooks.hooked_checkout import names_in


def test_a_file_is_replaced_atomically_with_the_given_mode(tmp_path: Path) -> None:
    place = tmp_path / "a.json"
    place.write_text("old, and longer than the new")
    write_atomically(place, b"new", 0o600, durable=True)
    assert place.read_bytes() == b"new"
    assert place.stat().st_mode & 0o777 == 0o600
    assert names_in(tmp_path) == ["a.json"]


def test_a_symlink_is_replaced_and_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("someone's")
    place = tmp_path / "link"
    place.symlink_to(target)
    write_atomically(place, b"ours")
    assert not place.is_symlink()
    assert (place.read_text(), target.read_text()) == ("ours", "someone's")


def test_a_directory_at_the_path_is_moved_aside_with_its_content(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.mkdir()
    write_atomically(place, b"over an empty one")
    place.unlink()
    place.mkdir()
    (place / "work").write_text("precious")
    write_atomically(place, b"over a full one")
    assert place.read_bytes() == b"over a full one"
    (displaced,) = tmp_path.glob("place.displaced-*")
    assert (displaced / "work").read_text() == "precious"


def test_a_failed_write_leaves_the_old_file_and_no_temporary_file(tmp_path: Path) -> None:
    place = tmp_path / ("x" * 255)
    place.write_text("old")
    with pytest.raises(OSError, match=r"."):
        write_atomically(tmp_path / ("y" * 256), b"too long a name")
    assert names_in(tmp_path) == [place.name]


def test_a_missing_directory_is_an_error_and_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomically(tmp_path / "gone" / "a", b"")
    assert names_in(tmp_path) == []
