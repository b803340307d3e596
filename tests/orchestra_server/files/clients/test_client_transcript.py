"""The end of a conversation tells whether a person aborted the turn."""

import json
from pathlib import Path

import pytest

from orchestra_server.files.clients.client_transcript import aborted_at, subagent_transcript

AT = "2026-11-27T21:12:07.261Z"
AT_MS = 1_795_813_927_261
PROMPT = {"type": "last-prompt", "lastPrompt": "go"}


def line(text: str, kind: str = "user") -> dict[str, object]:
    content = [{"type": "text", "text": text}]
    return {"type": kind, "timestamp": AT, "message": {"role": kind, "content": content}}


def conversation(path: Path, *lines: object) -> Path:
    path.write_text("".join(json.dumps(each, separators=(",", ":")) + "\n" for each in lines))
    return path


@pytest.mark.parametrize(
    "said", ["[Request interrupted by user]", "[Request interrupted by user for tool use]"]
)
def test_an_aborted_turn_is_found_with_its_moment(tmp_path: Path, said: str) -> None:
    path = conversation(tmp_path / "s.jsonl", line("hello"), line(said), PROMPT, PROMPT)
    assert aborted_at(path) == AT_MS


def test_words_of_a_model_or_a_tool_are_not_taken_for_an_abort(tmp_path: Path) -> None:
    said = "[Request interrupted by user]"
    result = [{"type": "tool_result", "content": json.dumps(line(said))}]
    told = {"type": "user", "timestamp": AT, "message": {"role": "user", "content": result}}
    path = conversation(tmp_path / "s.jsonl", line(said, "assistant"), told, line("x " + said))
    assert aborted_at(path) == 0


def test_only_the_end_of_a_long_conversation_is_read(tmp_path: Path) -> None:
    said = line("[Request interrupted by user]")
    path = conversation(tmp_path / "s.jsonl", said, line("x" * 100_000))
    assert aborted_at(path) == 0
    conversation(path, line("x" * 100_000), said)
    assert aborted_at(path) == AT_MS


def test_a_conversation_that_cannot_be_read_shows_no_abort(tmp_path: Path) -> None:
    assert aborted_at(tmp_path / "gone.jsonl") == 0
    (tmp_path / "odd.jsonl").write_bytes(b'\xff{"text":"[Request interrupted by user]"\n[]\n')
    assert aborted_at(tmp_path / "odd.jsonl") == 0


def test_a_subagents_conversation_lies_beside_that_of_its_session() -> None:
    assert subagent_transcript("/p/s.jsonl", "a1") == "/p/s/subagents/agent-a1.jsonl"
    assert subagent_transcript("/p/s", "a1") == ""
