import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestra_core.process.started_mark import STARTED
from orchestra_server.files.hook_setup.shell_guard import (
    MARK,
    Command,
    asking,
    chamber_command,
    guarded,
    main_command,
    reported,
)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Return the folder of a hook that says for what it was started."""
    folder = tmp_path / "a hook's"
    folder.mkdir()
    (folder / f"{MARK}.py").write_text(
        "import sys\ndef run(subject, hooks):\n    print(subject, sys.stdin.read(), hooks)\n"
    )
    return folder


def run(command: Command, patterns: tuple[str, ...]) -> str:
    ran = subprocess.run(
        ["/bin/sh", "-c", guarded(command, patterns, "claude")],
        input="an event",
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stderr == ""
    return ran.stdout


def test_without_mail_no_python_is_started(tmp_path: Path, code: Path) -> None:
    command = chamber_command(Path("/nowhere/python"), code, tmp_path)
    assert run(command, command.mail) == ""


def test_mail_starts_the_hook_with_the_event_on_its_stdin(tmp_path: Path, code: Path) -> None:
    chamber = tmp_path / "it's a chamber"
    chamber.mkdir()
    command = chamber_command(Path(sys.executable), code, chamber)
    (chamber / ".INTERRUPT").write_text("Stop")
    assert run(command, command.mail) == f"claude an event {command.hooks}\n"


def test_mail_in_any_chamber_starts_the_main_checkouts_hook(tmp_path: Path, code: Path) -> None:
    root = tmp_path / "the main $HOME"
    chamber = root / ".claude" / "worktrees" / "auth"
    chamber.mkdir(parents=True)
    command = main_command(Path(sys.executable), code, root)
    assert run(command, command.mail) == ""
    (chamber / ".INTERRUPT.2").write_text("Stop")
    assert run(command, command.mail) == f"claude an event {command.hooks}\n"


def test_a_missing_interpreter_or_a_failing_hook_is_silent(tmp_path: Path, code: Path) -> None:
    (tmp_path / ".INTERRUPT").write_text("Stop")
    command_without_python = chamber_command(Path("/nowhere/python"), code, tmp_path)
    assert run(command_without_python, command_without_python.mail) == ""
    (code / f"{MARK}.py").write_text("def run(*_):\n    raise ValueError\n")
    fails = chamber_command(Path(sys.executable), code, tmp_path)
    assert run(fails, fails.mail) == ""


@pytest.mark.parametrize(("started", "asks"), [("", True), ("a1b2", False)])
def test_an_agent_that_orchestra_started_does_not_ask_by_its_hook_too(
    *, started: str, asks: bool, tmp_path: Path, code: Path
) -> None:
    (tmp_path / ".claude").mkdir()
    command = chamber_command(Path(sys.executable), code, tmp_path)
    ran = subprocess.run(
        ["/bin/sh", "-c", asking(command)], input="an event", capture_output=True, text=True,
        check=True, env={**os.environ, "ORCHESTRA_STARTED": started},
    )  # fmt: skip
    assert ran.stdout == (f"request an event {command.hooks}\n" if asks else "")


def test_only_the_chambers_own_mailbox_wakes_its_session(tmp_path: Path, code: Path) -> None:
    command = chamber_command(Path(sys.executable), code, tmp_path)
    assert command.mailbox == f"{tmp_path}{os.sep}.INTERRUPT"
    assert main_command(Path(sys.executable), code, tmp_path).mailbox == ""


def test_a_started_agent_leaves_no_reports(
    tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = chamber_command(Path(sys.executable), code, tmp_path)
    command.reports.parent.mkdir(parents=True, exist_ok=True)
    shell = ["/bin/sh", "-c", reported(command, "PreToolUse")]
    for started, count in (("1", 0), ("", 1)):
        monkeypatch.setenv(STARTED, started)
        subprocess.run(shell, input="x", text=True, check=True)
        assert len([*command.reports.parent.glob(f"{command.reports.name}*")]) == count
