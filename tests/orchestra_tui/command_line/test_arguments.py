"""The arguments of every command, and the help that explains them."""

import re
from pathlib import Path

import pytest

from orchestra_core import __version__
from orchestra_core.errors import BadInput
from orchestra_core.settings import VARIABLES
from orchestra_tui.command_line.arguments import read_options

COMMANDS = (
    *("init", "demo", "doctor", "status", "interrupt", "resume", "events"),
    *("restore", "reconcile", "serve", "down"),
)


def help_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        read_options([*arguments, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_without_a_command_the_room_opens_in_the_current_directory() -> None:
    options = read_options([])
    assert options.command == ""
    assert options.directory == Path.cwd()


def test_a_directory_is_given_before_the_command() -> None:
    assert read_options(["-C", "/somewhere", "status"]).directory == Path("/somewhere")


def test_a_landing_is_parsed_with_all_that_it_takes() -> None:
    land = read_options(["land", "t-1", "--only", "auth", "api", "--again", "-y", "-m", "Tokens"])
    assert (land.task, land.only, land.again) == ("t-1", ["auth", "api"], True)
    assert (land.yes, land.summary, land.partial, land.confirm) == (True, "Tokens", False, False)
    land = read_options(["land", "--partial", "--confirm", "--dry-run"])
    assert (land.partial, land.confirm, land.dry_run, land.again) == (True, True, True, False)


def test_the_demo_pauses_an_hour_at_most() -> None:
    assert read_options(["demo", "--pace", "3600"]).pace == 3600
    with pytest.raises(BadInput, match="'3601' is not a number of seconds from 0 to 3600"):
        read_options(["demo", "--pace", "3601"])


def test_each_command_parses_its_own_arguments() -> None:
    sent = read_options(["interrupt", "auth", "look", "--requires", "stop", "--task", "t-1"])
    assert (sent.chamber, sent.text, sent.requires, sent.task) == ("auth", "look", "stop", "t-1")
    assert read_options(["interrupt", "--cancel", "i-1"]).cancel == "i-1"
    sent = read_options(["interrupt", "auth", "--requires", "stop", "look"])
    assert (sent.chamber, sent.text, sent.requires) == ("auth", "look", "stop")
    start = read_options(["start", "auth", "--policy", "all", "--agent", "mine", "Begin"])
    assert (start.chamber, start.text, start.policy, start.agent) == (
        *("auth", "Begin"),
        *("all", "mine"),
    )
    assert read_options(["start", "auth"]).text == ""
    resumed = read_options(["resume", "auth", "--task", "t-1"])
    assert (resumed.chamber, resumed.task) == ("auth", "t-1")
    events = read_options(["events", "--follow", "--json", "--after", "12"])
    assert (events.follow, events.json, events.after) == (True, True, 12)
    demo = read_options(["demo", "--headless", "--pace", "0.5"])
    assert (demo.headless, demo.pace) == (True, 0.5)
    serve = read_options(["serve", "--http", "--port", "0"])
    assert (serve.http, serve.port) == (True, 0)
    assert read_options(["init", "--undo"]).undo
    assert read_options(["status", "--json"]).json
    assert read_options(["doctor", "--json"]).json
    restore = read_options(["restore", "t-1/auth", "--json"])
    assert (restore.saved, restore.listing, restore.json) == ("t-1/auth", False, True)
    assert read_options(["restore", "--list"]).listing
    assert read_options(["reconcile", "--dry-run"]).dry_run


def test_a_text_that_starts_with_a_dash_is_given_after_two_dashes() -> None:
    assert read_options(["interrupt", "auth", "--", "-x is wrong"]).text == "-x is wrong"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bogus"], "bogus"),
        (["--bogus"], "--bogus"),
        (["status", "--jso"], "--jso"),
        (["interrupt", "auth"], "TEXT"),
        (["interrupt", "auth", " "], "TEXT"),
        (["interrupt"], "CHAMBER and TEXT"),
        (["interrupt", "auth", "x", "--cancel", "i-1"], "omit CHAMBER and TEXT"),
        (["resume"], "CHAMBER"),
        (["interrupt", "auth", "x", "--requires", "more"], "more"),
        (["events", "--after", "-1"], "--after"),
        (["events", "--after", "soon"], "whole number"),
        (["serve", "--http", "--port", "70000"], "0 to 65535"),
        (["serve", "--port", "80"], "add --http"),
        (["demo", "--pace", "nan"], "number of seconds"),
        (["demo", "--pace", "fast"], "number of seconds"),
    ],
)
def test_a_usage_error_is_one_line(arguments: list[str], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_options(arguments)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_help_names_every_command_variable_and_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = help_of(capsys)
    for command in COMMANDS:
        assert re.search(rf"^    {command} +\w", text, re.MULTILINE), command
    for variable in VARIABLES:
        assert variable in text
    assert "exit codes: 0 success, 1 failure, 2 usage error" in text
    assert all(len(line) <= 100 for line in text.splitlines())


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_own_help(capsys: pytest.CaptureFixture[str], command: str) -> None:
    text = help_of(capsys, command)
    assert text.startswith(f"usage: orchestra {command}")
    assert re.search(r"^[A-Z][^\n]+\.", text, re.MULTILINE)


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"orchestra {__version__}\n"
