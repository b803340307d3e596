"""A transcript: cut in the store, whole in its file."""

import json
from pathlib import Path

from orchestra_core.store.store import Store
from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.reports import (
    Asked,
    Ended,
    Noted,
    Said,
    Started,
    ToolBegan,
    ToolEnded,
    TurnEnded,
)
from orchestra_server.usecases.started_workers.session.transcript_writer import (
    TranscriptWriter,
    entry_of,
    transcript_file,
)
from tests.support.conductor.tasks import Clock
from tests.support.samples.documents import a_chamber


async def test_long_texts_are_whole_in_the_file_alone(store: Store, tmp_path: Path) -> None:
    writer = TranscriptWriter(store, tmp_path, a_chamber(), Clock())
    await writer.told("Begin", "operator")
    await writer.take(Said("x" * 5_000), Spent())
    await writer.take(Started("c-1"), Spent())
    told, said = await store.transcript(a_chamber().id, 10)
    assert (told.kind, told.text, told.by) == ("told", "Begin", "operator")
    assert said.text.endswith("x\n… (1,000 characters more)")
    file = transcript_file(tmp_path, a_chamber().id)
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [len(line["text"]) for line in lines] == [5, 5_000]
    assert file.stat().st_mode & 0o777 == 0o600


async def test_a_file_that_cannot_be_written_costs_nothing_but_itself(
    store: Store, tmp_path: Path
) -> None:
    (tmp_path / "orchestra").write_text("in the way")
    writer = TranscriptWriter(store, tmp_path, a_chamber(), Clock())
    await writer.take(Noted("garbage"), Spent())
    assert [entry.text for entry in await store.transcript(a_chamber().id, 10)] == ["garbage"]


def test_each_report_is_an_entry_that_a_person_can_read() -> None:
    reports = (
        ToolBegan("t1", "Bash", {"command": "ls"}),
        ToolBegan("t2", "Edit", {"old_string": "b", "file_path": "/shop/a"}),
        ToolEnded("t1", "failed", "no"),
        Asked("a1", "permission", "Bash", {"command": "ls"}, tool_id="t1"),
        TurnEnded("done", "Bye."),
        Ended("failed", 7, "fatal"),
    )
    entries = [entry_of(report, 5, "/shop") for report in reports]
    assert [(e.kind, e.tool, e.call, e.outcome, e.text) for e in entries if e] == [
        ("tool", "Bash", "t1", "", "ls"),
        ("tool", "Edit", "t2", "", "a\nold_string: b"),
        ("outcome", "", "t1", "failed", "no"),
        ("asked", "Bash", "t1", "", "ls"),
        ("turn", "", "", "done", "Bye."),
        ("noted", "", "", "failed", "fatal"),
    ]
