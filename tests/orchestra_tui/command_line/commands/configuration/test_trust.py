"""What `orchestra trust` shows, asks and notes."""

import io
import sys
from pathlib import Path

import pytest

from orchestra_core.configuration.trust import trusted_plan
from orchestra_core.errors import BadInput, Refused
from orchestra_core.settings import Settings
from orchestra_tui.command_line.arguments import read_options
from orchestra_tui.command_line.command_context import CommandContext
from orchestra_tui.command_line.commands.configuration.trust import run
from tests.support.git.repositories import TestRepository, small_repository

FILE = """
[gate.lint]
command = ["ruff", "check", "a b"]
paths = ["server"]
[setup]
command = "npm ci"
depends = ["package-lock.json"]
copy = ["node_modules"]
"""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def trust(shop: TestRepository, *words: str) -> int:
    place = CommandContext(shop.path, settings(shop))
    return run(place, read_options(["trust", *words]))


def settings(shop: TestRepository) -> Settings:
    state = shop.path.parent / "state"
    return Settings(redis_url="", state_dir=state, runtime_dir=state, project="")


def is_trusted(shop: TestRepository) -> bool:
    return trusted_plan(shop.path, settings(shop).state_dir, shop.path / ".git") is not None


def test_trust_shows_every_command_and_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.write("orchestra.toml", FILE)
    monkeypatch.setattr(sys, "stdin", Terminal("n\ny\n"))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert trust(shop) == 1
    assert not is_trusted(shop)
    assert capsys.readouterr().out == (
        f"{shop.path}/orchestra.toml:\n"
        "  setup copies node_modules from the main checkout\n"
        "  setup of a fresh worktree, again when package-lock.json changes (at most 600 s):\n"
        "    npm ci\n"
        "  gate 'lint', for each tree of server (at most 600 s):\n"
        "    ruff check 'a b'\n"
        "You have not trusted it yet, so none of it runs.\n"
        "Nothing has changed.\n"
    )
    assert trust(shop) == 0
    assert is_trusted(shop)


def test_a_change_is_shown_again_and_trust_can_be_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = small_repository(tmp_path / "shop")
    file = shop.write("orchestra.toml", FILE)
    assert trust(shop, "--yes") == 0
    file.write_text(FILE.replace("npm ci", "npm i"))
    assert not is_trusted(shop)
    with pytest.raises(BadInput, match="here is no terminal; add --yes"):
        trust(shop)
    assert "It differs from what you trusted, so none of it runs." in capsys.readouterr().out
    assert trust(shop, "--yes") == 0
    assert is_trusted(shop)
    assert trust(shop, "--revoke") == 0
    assert not is_trusted(shop)


def test_a_file_with_a_mistake_is_not_trusted(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.write("orchestra.toml", "[gate]\ncommand = 3\n")
    with pytest.raises(Refused, match=r"orchestra\.toml:2: gate\.command = 3 is not a command"):
        trust(shop, "--yes")


def test_trust_cannot_be_given_from_a_chamber(tmp_path: Path) -> None:
    shop = small_repository(tmp_path / "shop")
    shop.write("orchestra.toml", FILE)
    chamber = shop.path / ".claude" / "worktrees" / "auth"
    shop.git("worktree", "add", "--quiet", str(chamber))
    with pytest.raises(Refused, match="auth is a chamber, and only a person gives trust"):
        run(CommandContext(chamber, settings(shop)), read_options(["trust", "--yes"]))
    assert not is_trusted(shop)


def test_without_a_file_there_is_nothing_to_trust(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert trust(small_repository(tmp_path / "shop")) == 0
    assert "None of it runs a program." in capsys.readouterr().out
