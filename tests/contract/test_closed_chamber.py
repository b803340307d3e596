"""A worker whose chamber was closed is told so at each of its hooks, and its calls are denied."""

import shutil
import subprocess
from dataclasses import replace as replace_plan
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from orchestra_server.files.chamber.chamber_files import provision_chamber
from orchestra_server.files.chamber.closed_marks import mark_closed, unmark_restored
from orchestra_server.files.chamber.mailbox import unread
from orchestra_server.files.clients.agent_clients import AGENTS
from orchestra_server.files.hook_setup.shell_guard import chamber_command, main_command
from tests.support.hooks.hooked_checkout import (
    HookAnswer,
    HookedCheckout,
    Session,
    hooked_checkout,
    names_in,
    read_reports,
    send,
)

READ = {"tool_name": "Read", "tool_input": {"file_path": "/etc/hostname"}}
WHY = (
    "auth is closed or has lost its .git file: files written in its directory belong to no task, "
    "and git there means the main checkout or another repository. Report what you have and end "
    "your turn."
)
DENIED = f"This call did not run, but the user did not refuse it: chamber {WHY}"
TOLD_AT_THE_END = {"systemMessage": f"Chamber {WHY}", "stopReason": f"Chamber {WHY}"}


@pytest.fixture
def checkout(tmp_path: Path) -> HookedCheckout:
    return hooked_checkout(tmp_path / "it's a repo")


def gone(checkout: HookedCheckout, *, made_anew: bool) -> Session:
    """Return the session of a closed chamber, as it read its settings at its start."""
    chamber = checkout.chamber()
    settings = chamber.joinpath(".claude", "settings.local.json").rename(checkout.main / "kept")
    shutil.rmtree(chamber)
    if made_anew:
        chamber.mkdir()
        (chamber / "late.py").touch()
    return Session(chamber, settings=settings)


def ask(worker: Session, event: str) -> dict[str, object]:
    """Return what the hook that looks for mail prints, run as a client does without that folder."""
    (command,) = worker.commands(event)
    ended = subprocess.run(
        ["/bin/sh", "-c", command],
        input=worker.payload(event, READ),
        capture_output=True,
        check=True,
        cwd="/",
    )
    assert ended.stderr == b""
    return msgspec.json.decode(ended.stdout or b"{}", type=dict[str, object])


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_session_reads_it_at_every_hook_and_its_turn_may_end(
    checkout: HookedCheckout, *, made_anew: bool
) -> None:
    worker = gone(checkout, made_anew=made_anew)
    specific = {"permissionDecision": "deny", "permissionDecisionReason": DENIED}
    denied = {"hookSpecificOutput": {"hookEventName": "PreToolUse", **specific}}
    assert ask(worker, "PreToolUse") == denied
    for event in ("SessionStart", "UserPromptSubmit", "PostToolUse", "PostToolBatch"):
        context = {"hookEventName": event, "additionalContext": f"Chamber {WHY}"}
        assert ask(worker, event) == {"hookSpecificOutput": context}
    for event in ("Stop", "SubagentStop"):
        assert ask(worker, event) == TOLD_AT_THE_END
    assert names_in(worker.directory) == ["late.py"] if made_anew else True


def test_a_session_that_made_a_repository_in_place_of_its_chamber_is_denied_too(
    checkout: HookedCheckout,
) -> None:
    worker = gone(checkout, made_anew=True)
    (worker.directory / ".git").mkdir()
    assert DENIED in str(ask(worker, "PreToolUse"))


def test_the_hook_prints_nothing_in_a_chamber_that_exists(checkout: HookedCheckout) -> None:
    assert Session(checkout.chamber()).fire("PreToolUse", READ) == HookAnswer()


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_subagent_reads_it_until_it_ends_and_then_may_work_elsewhere(
    checkout: HookedCheckout, *, made_anew: bool
) -> None:
    auth, agent = checkout.chamber(), checkout.subagent()
    agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    read_reports(checkout)  # as closing a chamber does
    shutil.rmtree(auth)
    mark_closed(checkout.main, auth)
    if made_anew:
        checkout.chamber()
    assert agent.fire("PreToolUse", READ).denial == DENIED
    assert agent.fire("PostToolBatch").context == f"Chamber {WHY}"
    assert checkout.subagent("another").fire("PreToolUse", READ) == HookAnswer()
    assert Session(checkout.main).fire("PreToolUse", READ) == HookAnswer()
    assert agent.fire("SubagentStop") == HookAnswer()
    assert names_in(checkout.main / ".claude" / "hooks" / "bindings") == ["a-1.json"]
    assert agent.fire("PreToolUse", READ) == HookAnswer()


def test_a_subagent_goes_on_in_a_chamber_that_was_restored(checkout: HookedCheckout) -> None:
    auth, agent = checkout.chamber(), checkout.subagent()
    agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    read_reports(checkout)
    mark_closed(checkout.main, auth)
    assert agent.fire("PreToolUse", READ).denial == DENIED
    unmark_restored(checkout.main, auth)
    assert agent.fire("PreToolUse", READ) == HookAnswer()


def test_a_subagent_that_had_ended_gets_no_mark(checkout: HookedCheckout) -> None:
    auth, agent = checkout.chamber(), checkout.subagent()
    agent.fire("PreToolUse", {"tool_input": {"path": f"{auth}/a"}}, "presence")
    agent.fire("SubagentStop", subject="presence")
    read_reports(checkout)
    mark_closed(checkout.main, auth)
    assert names_in(checkout.main / ".claude" / "hooks" / "bindings") == ["a-1.json"]


def test_gemini_reads_it_in_its_own_words(tmp_path: Path) -> None:
    command = chamber_command(Path("/usr/bin/python3"), tmp_path, tmp_path / "auth")
    settings = tmp_path / "settings.json"
    settings.write_text(AGENTS["gemini"].merged("", "s", command))
    worker = Session(tmp_path, settings=settings)

    def ask_gemini(event: str) -> dict[str, object]:
        (command,) = worker.commands(event, "gemini")
        ended = subprocess.run(
            ["/bin/sh", "-c", command], input=b"{}", capture_output=True, check=True
        )
        return msgspec.json.decode(ended.stdout or b"{}", type=dict[str, object])

    assert ask_gemini("BeforeTool") == {"decision": "deny", "reason": DENIED}
    context = {"hookEventName": "BeforeAgent", "additionalContext": f"Chamber {WHY}"}
    assert ask_gemini("BeforeAgent") == {"hookSpecificOutput": context}
    assert ask_gemini("AfterAgent") == TOLD_AT_THE_END
    assert ask_gemini("Notification") == {}


def test_a_session_is_told_when_another_tasks_chamber_has_its_directory(
    checkout: HookedCheckout,
) -> None:
    chamber = checkout.chamber()
    read_at_the_start = chamber / ".claude" / "settings.local.json"
    settings = Path(shutil.copy(read_at_the_start, checkout.main / "kept"))
    worker = Session(chamber, settings=settings)
    assert worker.fire("PreToolUse", READ) == HookAnswer()
    shutil.rmtree(chamber)
    another = replace(checkout.document(), id="another-task/auth", task_id="another-task")
    chamber.mkdir()
    chamber.joinpath(".git").touch()
    provision_chamber(replace_plan(checkout.provision_plan(), chamber=another))
    send(chamber, "For the other worker")
    taken = "chamber auth of your task is closed, and its directory is a chamber of another task"
    end = "now. Report what you have and end your turn."
    assert (
        worker.fire("PreToolUse", READ).denial
        == f"This call did not run, but the user did not refuse it: {taken} {end}"
    )
    assert ask(worker, "Stop")["stopReason"] == f"C{taken[1:]} {end}"
    assert unread(chamber) == ["i1"]
    assert "For the other worker" in Session(chamber).fire("PostToolBatch").context


def test_a_session_goes_on_in_a_chamber_whose_files_were_written_again(
    checkout: HookedCheckout,
) -> None:
    worker = Session(checkout.chamber())
    shutil.rmtree(checkout.chamber() / ".claude" / "hooks")
    assert worker.fire("PreToolUse", READ) == HookAnswer()
    checkout.chamber()
    assert worker.fire("PreToolUse", READ) == HookAnswer()


@pytest.mark.parametrize("below", ["", "src"])
def test_codex_reads_it_where_its_session_stands_in_a_chamber_that_is_gone(
    checkout: HookedCheckout, tmp_path: Path, below: str
) -> None:
    command = main_command(Path("/usr/bin/python3"), tmp_path, checkout.main)
    settings = tmp_path / "hooks.json"
    settings.write_text(AGENTS["codex"].merged("", "s", command))
    (line,) = Session(tmp_path, settings=settings).commands("PreToolUse", "codex")
    place = checkout.chamber() / below
    place.mkdir(exist_ok=True)

    def ask_codex(directory: Path) -> bytes:
        return subprocess.run(
            ["/bin/sh", "-c", line], input=b"{}", capture_output=True, check=True, cwd=directory
        ).stdout

    assert ask_codex(place) == b""
    assert ask_codex(checkout.main) == b""
    (checkout.chamber() / ".git").unlink()
    specific = {"permissionDecision": "deny", "permissionDecisionReason": DENIED}
    assert msgspec.json.decode(ask_codex(place)) == {
        "hookSpecificOutput": {"hookEventName": "PreToolUse", **specific}
    }
