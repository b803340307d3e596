"""Which presence a report shows."""

import pytest

from orchestra_server.agents.reports import (
    Noted,
    Report,
    Said,
    ToolBegan,
    ToolEnded,
    TurnBegan,
    TurnEnded,
)
from orchestra_server.usecases.started_workers.session.shown_presence import presence_of


@pytest.mark.parametrize(
    ("report", "shown"),
    [
        (ToolBegan("t", "Bash", {"command": "ls\nrm"}), ("working", "Bash", "ls rm", "")),
        (ToolBegan("t", "Edit", {"file_path": "/c/a.py"}), ("working", "Edit", "a.py", "")),
        (ToolBegan("t", "think", {}, "Thinks hard"), ("working", "think", "Thinks hard", "")),
        (ToolEnded("t", "done"), ("working", "", "", "")),
        (TurnBegan(), ("working", "", "", "")),
        (TurnEnded("done", "Bye."), ("idle", "", "", "Bye.")),
        (TurnEnded("failed", "No credit."), ("failed", "", "", "No credit.")),
        (TurnEnded("aborted"), ("aborted", "", "", "")),
        (Said("by a subagent", "t9"), None),
        (Noted("garbage"), None),
    ],
)
def test_a_report_shows_what_the_worker_does(
    report: Report, shown: tuple[str, str, str, str] | None
) -> None:
    presence = presence_of(report, "t/auth", "/c", process="7@9", at=5)
    if presence is None:
        assert shown is None
        return
    assert (presence.state, presence.tool, presence.detail, presence.message) == shown
    assert (presence.chamber_id, presence.process, presence.since) == ("t/auth", "7@9", 5)
