"""A theme that was chosen in the room lasts."""

from pathlib import Path

from orchestra_tui.backend.theme_choice import ThemeChoice


def test_a_choice_lasts(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert ThemeChoice(state, "").load() == ""
    ThemeChoice(state, "").keep("nord")
    assert ThemeChoice(state, "").load() == "nord"
    assert [path.name for path in state.iterdir()] == ["theme.json"]


def test_a_choice_lasts_over_the_configured_theme_until_that_changes(tmp_path: Path) -> None:
    assert ThemeChoice(tmp_path, "dracula").load() == "dracula"
    ThemeChoice(tmp_path, "dracula").keep("nord")
    assert ThemeChoice(tmp_path, "dracula").load() == "nord"
    assert ThemeChoice(tmp_path, "gruvbox").load() == "gruvbox"
    assert ThemeChoice(tmp_path, "").load() == ""


def test_files_that_cannot_be_read_or_written_are_not_a_failure(tmp_path: Path) -> None:
    (tmp_path / "theme.json").write_text("[1")
    assert ThemeChoice(tmp_path, "dracula").load() == "dracula"
    (tmp_path / "theme.json").write_text("[1]")
    assert ThemeChoice(tmp_path, "").load() == ""
    (tmp_path / "file").touch()
    ThemeChoice(tmp_path / "file", "").keep("nord")
