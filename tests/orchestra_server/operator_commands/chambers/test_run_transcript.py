"""The whole transcript of a chamber, from its file."""

from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable, Unknown
from orchestra_core.workers.transcript import TranscriptEntry, encode_entry
from orchestra_server.operator_commands.chambers.run_transcript import (
    entry_text,
    find_transcript,
    transcript_entries,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.session.transcript_writer import transcript_file
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON

SAID = TranscriptEntry(at=NOON, kind="said", text="One\ntwo")


async def test_a_transcript_is_found_by_its_chambers_name(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    with pytest.raises(Unknown, match="has no transcript in this clone; 'orchestra start auth'"):
        await find_transcript(context, "auth")
    file = transcript_file(context.project.git_dir, f"{task_id}/auth")
    file.parent.mkdir(parents=True)
    file.write_bytes(encode_entry(SAID) + b"\n{half an entr")
    assert await find_transcript(context, f"{task_id}/auth") == file
    assert [*transcript_entries(file)] == [SAID]


def test_an_entry_is_one_line_and_its_further_lines_are_indented() -> None:
    first, second = entry_text(SAID).splitlines()
    assert first.endswith(" One")
    assert second == "    two"
    outcome = TranscriptEntry(at=NOON, kind="outcome", outcome="done", text="ok", by="t9")
    assert entry_text(outcome).endswith(" = t9: [done] ok")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        list(transcript_entries(tmp_path / "gone"))
