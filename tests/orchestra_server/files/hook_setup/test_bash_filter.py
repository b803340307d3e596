"""Which commands pass in the shell, without Python: a fake one in its place leaves a mark."""

import json
import subprocess
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.bash_filter import BUILDS, READS, bash_line
from orchestra_server.files.hook_setup.shell_guard import chamber_command, main_command
from tests.orchestra_server.files.hook.bash.test_bash_writes import commands

PASSING = ["ls", "ls -la src", "grep -rn PRICE src", "git status --short", "make test", "pytest -q"]
JUDGED = [
    "lsof",
    "ls > a",
    "ls; rm a",
    "ls && rm a",
    "ls `rm a`",
    "ls $(rm a)",
    "ls\nrm a",
    'ls "a"',
    "ls 'a'",
    "ls \\> a",
    "ls ~/a",
    "rm a",
    "git diff --output=a",
    "git commit",
    "",
]


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    (tmp_path / ".claude" / "worktrees" / "auth" / ".claude" / "hooks").mkdir(parents=True)
    settings = ".claude/hooks/interrupt_monitor.json"
    (tmp_path / ".claude" / "worktrees" / "auth" / settings).touch()
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\ncat > '{tmp_path}/judged'\n")
    fake.chmod(0o755)
    return tmp_path / "judged"


def passes_by_name(command: str) -> bool:
    """Tell whether a command's program is one that may pass, and it is one plain line."""
    programs = {words.split(" ")[0] for words in READS + BUILDS}
    is_plain = not set(command) & set("<>|;&$`'\"()\n")
    return is_plain and command.split(" ", maxsplit=1)[0] in programs


def fire(line: str, payload: object, *, is_spaced: bool = False) -> None:
    separators = (", ", ": ") if is_spaced else (",", ":")
    told = json.dumps(payload, separators=separators)
    subprocess.run(["/bin/sh", "-c", line], input=told, text=True, check=True)


@pytest.mark.parametrize("is_spaced", [False, True])
@pytest.mark.parametrize("command", [*PASSING, *JUDGED])
def test_a_plain_command_that_reads_or_builds_passes_and_all_else_is_judged(
    judged: Path, command: str, *, is_spaced: bool
) -> None:
    root = judged.parent / ".claude" / "worktrees" / "auth"
    line = bash_line(chamber_command(judged.parent / "python", judged.parent, root))
    payload = {
        "cwd": '/a"command":"ls"',
        "tool_input": {"description": 'x "command":"ls"', "command": command},
    }
    fire(line, payload, is_spaced=is_spaced)
    assert judged.exists() is (command in JUDGED)
    if judged.exists():
        assert json.loads(judged.read_text()) == payload


@pytest.mark.parametrize(
    "command", [words for words, _ in commands("denied") if passes_by_name(words)]
)
def test_no_command_that_the_guard_denies_passes_in_the_shell(judged: Path, command: str) -> None:
    root = judged.parent / ".claude" / "worktrees" / "auth"
    line = bash_line(chamber_command(judged.parent / "python", judged.parent, root))
    fire(line, {"cwd": str(root), "tool_input": {"command": command}})
    assert judged.exists()


@pytest.mark.parametrize(
    ("payload", "is_judged"),
    [
        ({"cwd": "/m"}, False),
        ({"cwd": "/m", "agent_id": "a-1"}, True),
        ({"cwd": "/m/.claude/worktrees/auth"}, True),
    ],
)
def test_in_the_main_checkout_a_conductors_command_passes(
    judged: Path, payload: dict[str, str], *, is_judged: bool
) -> None:
    line = bash_line(main_command(judged.parent / "python", judged.parent, judged.parent))
    fire(line, {**payload, "tool_input": {"command": "rm a"}})
    assert judged.exists() is is_judged
