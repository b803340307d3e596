"""What a conversation has used is read from its file."""

import json
from pathlib import Path

import pytest

from orchestra_core.workers.started_worker import Spent
from orchestra_server.files.clients import transcript_usage
from orchestra_server.files.clients.transcript_usage import spent_in_transcript


def line(message_id: str, tokens_out: int) -> str:
    usage = {"input_tokens": 1, "output_tokens": tokens_out, "cache_read_input_tokens": 100}
    message = {"id": message_id, "usage": usage, "content": [{"type": "text", "text": "x"}]}
    return json.dumps({"type": "assistant", "message": message})


def test_a_message_that_stands_there_for_each_of_its_blocks_counts_once(tmp_path: Path) -> None:
    path = tmp_path / "agent-a1.jsonl"
    other = json.dumps({"type": "user", "message": {"id": "u1", "usage": {"input_tokens": 7}}})
    path.write_text("\n".join([line("m1", 5), line("m1", 9), '{"usage"', other, line("m2", 1), ""]))
    used = Spent(turns=1, tokens_in=2, tokens_out=10, tokens_cached=200)
    assert spent_in_transcript(path) == used
    with pytest.raises(OSError, match="No such file"):
        spent_in_transcript(tmp_path / "gone")


def test_a_line_that_never_ends_takes_bounded_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript_usage, "_LONGEST", 1_000)
    monkeypatch.setattr(transcript_usage, "_MOST", 100_000)
    (tmp_path / "endless").symlink_to("/dev/zero")
    assert spent_in_transcript(tmp_path / "endless") == Spent(turns=1)
    path = tmp_path / "agent-a1.jsonl"
    path.write_text(f"{line('m1', 5)}\n" + "x" * 5_000 + f"\n{line('m2', 1)}\n")
    assert spent_in_transcript(path).tokens_out == 6
