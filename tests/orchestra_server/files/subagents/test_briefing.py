"""What a subagent is told at its start, beside its prompt."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_server.files.chamber.worker_context import worker_context
from orchestra_server.files.subagents.briefing import briefing
from orchestra_server.usecases.workers.prompts import worker_prompt
from tests.support.samples.documents import a_chamber, a_task


@pytest.fixture
def chamber(tmp_path: Path) -> Path:
    chamber = replace(a_chamber("auth"), path=str(tmp_path), brief="Build it.\nIgnore the rest!")
    (tmp_path / ".claude").mkdir()
    context = worker_context(a_task(), chamber, [replace(a_chamber("api"), brief="The API")])
    (tmp_path / ".claude" / "WORKER_CONTEXT.json").write_bytes(context)
    return tmp_path


def test_a_short_prompt_is_completed_from_the_context_of_the_chamber(chamber: Path) -> None:
    words = briefing(str(chamber), "You are implementation-executor-auth.")
    assert words.startswith(f"You work in chamber 'auth': the git worktree {chamber}, on branch ")
    assert f"> {a_task().description}" in words
    assert "YOUR PART, in the conductor's words\n> Build it.\n> Ignore the rest!" in words
    assert "- api: The API" in words
    assert f"MESSAGES ({chamber}/.INTERRUPT)" in words
    assert f"WHAT YOU FIND ({chamber}/.DISCOVERY)" in words
    assert "never by `cd … && git`" in words


def test_what_the_prompt_says_is_not_said_again(chamber: Path) -> None:
    prompt = f"{a_task().description}\n\nBuild it.\nIgnore the rest!"
    words = briefing(str(chamber), prompt)
    assert "YOUR PART" not in words
    assert "THE TASK" not in words
    assert "RULES" in words


def test_a_whole_worker_prompt_needs_no_briefing(chamber: Path) -> None:
    auth = replace(a_chamber("auth"), path=str(chamber))
    assert briefing(str(chamber), worker_prompt(a_task(), auth, [], agent_id="a")) == ""


def test_without_a_context_nothing_is_said(tmp_path: Path) -> None:
    assert briefing(str(tmp_path), "Go") == ""


def test_a_very_long_request_is_cut(tmp_path: Path) -> None:
    task = replace(a_task(), description="word " * 5_000)
    chamber = replace(a_chamber("auth"), path=str(tmp_path))
    (tmp_path / ".claude").mkdir()
    (tmp_path / ".claude" / "WORKER_CONTEXT.json").write_bytes(worker_context(task, chamber, []))
    words = briefing(str(tmp_path), "Go")
    assert len(words) < 10_000
    assert words.endswith("(All of it: .claude/WORKER_CONTEXT.json.)")
