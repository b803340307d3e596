"""The README says what is true: its keys, commands and pictures are those of the program."""

import re
from pathlib import Path

import pytest

from orchestra_tui.command_line.arguments import read_options
from orchestra_tui.key_bindings import REVIEW_KEYS, readme_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readmes_table_of_keys_is_the_rooms() -> None:
    assert readme_table() in README
    assert readme_table(REVIEW_KEYS) in README


def test_the_readme_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_options(["--help"])
    listed = re.findall(r"^    (\w+)  +\w", capsys.readouterr().out, re.MULTILINE)
    named = re.findall(r"^\| `orchestra (\w+)", README, re.MULTILINE)
    assert listed
    assert sorted(named) == sorted(listed)


def test_every_picture_in_the_readme_exists() -> None:
    pictures = re.findall(r"!\[[^]]*]\(([^)]+)\)", README)
    assert pictures
    assert [picture for picture in pictures if not (ROOT / picture).is_file()] == []
