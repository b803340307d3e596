"""Our hooks in a settings file of the user's."""

import json
import subprocess
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.files.hook_setup.shell_guard import chamber_command, main_command
from orchestra_server.files.installation.client_settings import (
    PERMISSION,
    hooks_of,
    with_hooks,
    with_permission,
    without_hooks,
    without_permission,
)

PYTHON = Path("/usr/bin/python3")
CODE = Path("/m/.git/orchestra/hooks/0123456789abcdef")
HOOKS = hooks_of(chamber_command(PYTHON, CODE, Path("/c")))
OTHERS = hooks_of(main_command(PYTHON, CODE, Path("/m")))
MINE = """{
    "permissions": {"allow": ["Bash(make:*)"], "deny": []},
    "model": "x", "unknown": {"b": 1, "a": 2.0},
    "hooks": {
        "PreToolUse": [
            {"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}], "note": "keep"}
        ],
        "Mine": []
    }
}
"""


def test_the_users_own_entries_stay_first_and_unchanged() -> None:
    text = with_hooks(MINE, "s.json", HOOKS)
    assert text.startswith(MINE[: MINE.index('        ],\n        "Mine"')].rstrip())
    settings = json.loads(text)
    assert list(settings) == ["permissions", "model", "unknown", "hooks"]
    notes = [group.get("note") for group in settings["hooks"]["PreToolUse"]]
    assert notes == ["keep", None, None, None, None]
    assert settings["hooks"]["Mine"] == []


def test_installing_twice_changes_nothing_and_removing_restores_every_byte() -> None:
    once = with_permission(with_hooks(MINE, "s.json", HOOKS), "s.json")
    assert with_permission(with_hooks(once, "s.json", HOOKS), "s.json") == once
    back = without_permission(without_hooks(once, "s.json"), "s.json")
    assert json.loads(back) == {
        **json.loads(MINE),
        "hooks": {"PreToolUse": json.loads(MINE)["hooks"]["PreToolUse"]},
    }


def test_an_older_entry_of_ours_is_replaced() -> None:
    text = with_hooks(with_hooks(MINE, "s.json", OTHERS), "s.json", HOOKS)
    assert json.loads(text) == json.loads(with_hooks(MINE, "s.json", HOOKS))


def test_our_handler_is_found_in_a_group_of_the_users() -> None:
    ours = {"type": "command", "command": "x interrupt_monitor.py mail"}
    mine = {"type": "command", "command": "mine"}
    text = json.dumps({"hooks": {"Stop": [{"hooks": [ours, mine, ours]}]}})
    assert json.loads(without_hooks(text, "s")) == {"hooks": {"Stop": [{"hooks": [mine]}]}}


def test_removing_restores_an_empty_file() -> None:
    text = with_permission(with_hooks("{}\n", "s.json", HOOKS), "s.json")
    assert json.loads(text)["permissions"] == {"allow": [PERMISSION]}
    assert json.loads(without_permission(without_hooks(text, "s.json"), "s.json")) == {}


@pytest.mark.parametrize(
    "text",
    [
        '{"hooks": []}',
        '{"hooks": {"PreToolUse": {}}}',
        '{"permissions": []}',
        '{"permissions": {"allow": "all"}}',
    ],
)
def test_settings_of_an_unknown_form_are_refused_in_one_line(text: str) -> None:
    with pytest.raises(BadInput, match=r"s\.json has .*correct it first"):
        with_permission(with_hooks(text, "s.json", HOOKS), "s.json")


@pytest.mark.parametrize("shell", ["sh", "bash"])
@pytest.mark.parametrize("present", [(), (".git",), (".git", ".INTERRUPT")])
def test_the_guards_command_reads_all_of_its_stdin(
    tmp_path: Path, shell: str, present: tuple[str, ...]
) -> None:
    chamber = tmp_path / 'it\'s a "room" $HOME'
    chamber.mkdir()
    for name in present:
        (chamber / name).touch()
    hooks = hooks_of(chamber_command(Path("/nonexistent"), chamber / "code", chamber))
    command = json.loads(json.dumps(hooks["Stop"]))[0]["hooks"][0]["command"]
    ended = subprocess.run(
        [shell, "-c", command], input=b"x" * 1_000_000, capture_output=True, check=True
    )
    assert ended.stderr == b""
    assert bool(ended.stdout) == (not present)
