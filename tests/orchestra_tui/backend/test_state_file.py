"""Files in the person's state directory."""

from pathlib import Path

from orchestra_tui.backend.state_file import keep_text


def test_a_text_replaces_the_one_before_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "state" / "theme.json"
    keep_text(file, "one")
    keep_text(file, "two")
    assert file.read_text(encoding="utf-8") == "two"
    assert [path.name for path in file.parent.iterdir()] == ["theme.json"]


def test_a_place_that_cannot_be_written_is_not_a_failure(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "inside").touch()
    keep_text(taken, "one")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
