"""The shell lines that make chambers of the client's worktrees, without a daemon."""

import json
import subprocess
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.shell_guard import main_command
from orchestra_server.files.hook_setup.worktree_hooks import worktree_groups
from tests.support.git.repositories import TestRepository, small_repository


@pytest.fixture
def repository(tmp_path: Path) -> TestRepository:
    return small_repository((tmp_path / "it's a shop").resolve())


def run(
    repository: TestRepository, event: str, program: str, **fields: object
) -> "subprocess.CompletedProcess[str]":
    """Run an event's line with a shell script in the place of Python."""
    python = repository.path.parent / "python"
    python.write_text(f"#!/bin/sh\n{program}\n")
    python.chmod(0o755)
    code = repository.path / ".git" / "orchestra" / "hooks" / "0123"
    command = main_command(python, code, repository.path)
    (group,) = json.loads(json.dumps(worktree_groups(command)))[event]
    return subprocess.run(
        ["/bin/sh", "-c", group["hooks"][0]["command"]],
        input=json.dumps({"hook_event_name": event, **fields}),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_the_chamber_that_was_made_is_the_worktree(repository: TestRepository) -> None:
    chamber = repository.path / ".claude" / "worktrees" / "fix"
    chamber.mkdir(parents=True)
    (chamber / ".git").touch()
    program = f'cat >/dev/null; echo "$PWD $*" >&2; echo "{chamber}"'
    ended = run(repository, "WorktreeCreate", program, name="fix")
    assert (ended.returncode, ended.stdout) == (0, f"{chamber}\n")
    assert f"-P -m orchestra_server hook {repository.path}" in ended.stderr


@pytest.mark.parametrize(
    "program", ["exit 1", "echo 'orchestra: no daemon' >&2; exit 1", "echo /nowhere", "kill -9 $$"]
)
def test_a_fault_makes_an_ordinary_worktree_and_says_so(
    repository: TestRepository, program: str
) -> None:
    ended = run(repository, "WorktreeCreate", program, name="fix-1.b", session_id="s")
    place = repository.path / ".claude" / "worktrees" / "fix-1.b"
    assert (ended.returncode, ended.stdout) == (0, f"{place}\n")
    assert f"made an ordinary worktree instead of a chamber: {place}" in ended.stderr
    assert repository.at(place).git("branch", "--show-current") == "worktree-fix-1.b"


def test_a_second_ordinary_worktree_of_a_name_gets_another_one(
    repository: TestRepository,
) -> None:
    first, second = (
        run(repository, "WorktreeCreate", "exit 1", name="fix").stdout.strip() for _ in range(2)
    )
    assert first != second
    assert (Path(second) / ".git").exists()


def test_a_worktree_is_made_even_without_a_usable_name(
    repository: TestRepository,
) -> None:
    ended = run(repository, "WorktreeCreate", "exit 1", name="../../x y")
    place = Path(ended.stdout.strip())
    assert place.parent == repository.path / ".claude" / "worktrees"
    assert (place / ".git").exists()


def test_python_starts_for_an_agent_only_where_a_chamber_or_a_worktree_may_be_meant(
    repository: TestRepository,
) -> None:
    program = "cat; exit 1"
    plain = run(repository, "PreToolUse", program, tool_input={"prompt": "Go"})
    assert (plain.returncode, plain.stdout) == (0, "")
    asking = {"prompt": 'C:\\new "x" $HOME', "isolation": "worktree"}
    passed_on = run(repository, "PreToolUse", program, tool_input=asking)
    assert json.loads(passed_on.stdout)["tool_input"] == asking
    settings = repository.path / ".claude" / "worktrees" / "auth" / ".claude" / "hooks"
    settings.mkdir(parents=True)
    (settings / "interrupt_monitor.json").touch()
    with_chamber = run(repository, "PreToolUse", program, tool_input={"prompt": "Go"})
    assert (with_chamber.returncode, bool(with_chamber.stdout)) == (0, True)


def test_python_starts_for_a_subagents_start_only_where_one_was_placed(
    repository: TestRepository,
) -> None:
    assert run(repository, "SubagentStart", "cat", agent_id="a1").stdout == ""
    notes = repository.path / ".git" / "orchestra" / "agent-calls"
    notes.mkdir(parents=True)
    (notes / "placed.a1.json").touch()
    assert "a1" in run(repository, "SubagentStart", "cat", agent_id="a1").stdout
