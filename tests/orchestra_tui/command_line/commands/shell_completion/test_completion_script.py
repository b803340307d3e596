"""The scripts know every command and option, and ask for names where names are taken."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestra_server.operator_commands.shell_names import NAME_KINDS
from orchestra_tui.command_line.arguments import build_parser
from orchestra_tui.command_line.command_arguments import COMMAND_GROUPS
from orchestra_tui.command_line.commands.shell_completion.completion_functions import PREAMBLE
from orchestra_tui.command_line.commands.shell_completion.completion_script import completion_script

SHELLS = tuple(PREAMBLE)
ASKED = re.compile(r"_orchestra_names (\w+)")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_command_and_its_options_stand_in_the_script(shell: str) -> None:
    script = completion_script(shell)
    for command in (command for names in COMMAND_GROUPS.values() for command in names):
        assert command in script
    for option in ("only", "uncommitted", "dry-run", "requires"):
        assert option in script


@pytest.mark.parametrize("shell", SHELLS)
def test_names_are_asked_for_by_kinds_that_there_are(shell: str) -> None:
    kinds = set(ASKED.findall(completion_script(shell)))
    assert {"live", "chambers", "tasks", "saves", "mail"} <= kinds <= set(NAME_KINDS)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_itself_reads_the_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "script"
    script.write_text(completion_script(shell))
    checked = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True, check=True)
    assert (checked.stdout, checked.stderr) == ("", "")


def test_the_parser_that_runs_commands_is_not_changed() -> None:
    completion_script("bash")
    assert "complete" not in vars(build_parser("diff"))
