"""The configuration as a person meets it: real processes and real files."""

import json
import sys
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.commands.run_command import orchestra
from tests.support.git.repositories import TestRepository, small_repository

pytestmark = pytest.mark.usefixtures("forked_commands")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "shop")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "conf"))
    file = tmp_path / "conf" / "orchestra" / "config.toml"
    file.parent.mkdir(parents=True)
    return file


def test_a_mistake_is_one_line_with_its_place_and_stops_no_command(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    own.write_text("[limits]\nunraed = 1\n")
    line = f"orchestra: {own}:2: unknown key limits.unraed; did you mean limits.unread?\n"
    ran = orchestra(shop.path, settings, "config")
    assert (ran.returncode, ran.stderr) == (2, line)
    status = orchestra(shop.path, settings, "status")
    assert (status.returncode, status.stderr) == (0, line)


def test_the_room_does_not_open_over_a_mistake_of_the_persons(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    own.write_text("theme = 1\n")
    ran = orchestra(shop.path, settings)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"orchestra: {own}:1: theme is a section")


def test_what_holds_is_shown_with_its_line(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    own.write_text("# mine\n[limits]\nlinger = 5\n")
    shop.write("orchestra.toml", "limits.unread = 7\n")
    ran = orchestra(shop.path, settings, "config", "--json")
    document = json.loads(ran.stdout)
    options = {option["name"]: option for option in document["options"]}
    assert (ran.returncode, document["problems"]) == (0, [])
    assert options["limits.unread"]["place"] == str(shop.path / "orchestra.toml")
    assert options["limits.linger"]["source"] == "environment"  # tests set it
    text = orchestra(shop.path, settings, "config").stdout
    assert "limits.unread = 7  " in text
    assert f"{shop.path}/orchestra.toml:1" in text


def test_the_commented_file_can_be_put_in_place_as_it_is(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    own.write_text(orchestra(shop.path, settings, "config", "--default").stdout)
    ran = orchestra(shop.path, settings, "config")
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_persons_editor_opens_the_file_and_a_mistake_in_it_is_reported(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    script = "import sys; open(sys.argv[1], 'a').write('help = true\\n')"
    editor = f'{sys.executable} -c "{script}"'
    ran = orchestra(shop.path, settings, "config", "--edit", EDITOR=editor, VISUAL="")
    assert ran.returncode == 2
    assert "keys.help is not a key such as" in ran.stderr
    assert own.read_text().startswith("# The configuration of Orchestra")
    own.write_text('[editor]\ncommand = ["no-such-editor"]\n')
    ran = orchestra(shop.path, settings, "config", "--edit")
    assert (ran.returncode, ran.stderr.count("\n")) == (1, 1)
    assert "the editor no-such-editor did not start" in ran.stderr


def test_a_limit_of_the_repository_counts_when_its_work_lands(
    shop: TestRepository, settings: Settings, own: Path
) -> None:
    assert not own.exists()
    orchestra(shop.path, settings, "create", "auth")
    chamber = TestRepository(shop.path / ".claude" / "worktrees" / "auth")
    chamber.write("data.bin", "x" * 2000)
    shop.write("orchestra.toml", "[limits]\nlarge_file = 1000\n")
    held = orchestra(shop.path, settings, "land", "--yes")
    assert held.returncode == 1
    assert "data.bin" in held.stdout
