"""A report is read in the light of the one before it."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.workers.presence import PresenceState
from orchestra_server.usecases.delivery.merge_reports import merge_report
from tests.support.samples.documents import NOON, a_chamber

BASH = Presence(
    chamber_id=a_chamber().id,
    state="working",
    tool="Bash",
    detail="npm publish",
    since=NOON,
    transcript="/s.jsonl",
    process="7@1",
)


def report(state: PresenceState, **fields: str) -> Presence:
    presence = Presence(chamber_id=a_chamber().id, state=state, since=NOON + 9)
    return replace(presence, **fields)


@pytest.mark.parametrize("state", ["failed", "killed"])
def test_the_end_of_a_session_hides_neither_failure_nor_kill(state: PresenceState) -> None:
    before = report(state, message="API Error: 529")
    assert merge_report(before, report("finished")) is before


def test_the_end_of_a_session_keeps_its_last_words() -> None:
    idle = report("idle", message="Done.")
    assert merge_report(idle, report("finished")).message == "Done."
    assert merge_report(idle, report("finished", message="Bye.")).message == "Bye."


def test_a_notice_that_a_worker_waits_keeps_for_what_and_since_when() -> None:
    noticed = report("waiting", detail="Claude needs your permission", asks="permission")
    first = merge_report(BASH, noticed)
    assert (first.state, first.tool, first.detail) == ("waiting", "Bash", "npm publish")
    assert first.since == NOON + 9
    again = merge_report(first, replace(noticed, since=NOON + 6_000))
    assert (again.tool, again.since, again.asks) == ("Bash", NOON + 9, "permission")


def test_what_another_agent_does_hides_no_worker_that_waits() -> None:
    asking = report("waiting", asks="permission", agent_id="a1")
    assert merge_report(asking, report("working", tool="Read", agent_id="a2")) is asking
    assert merge_report(asking, report("working", tool="Read", agent_id="a1")).tool == "Read"
    assert merge_report(asking, report("idle")).state == "idle"


def test_a_report_without_process_or_conversation_keeps_those_of_its_agent() -> None:
    merged = merge_report(BASH, report("idle"))
    assert (merged.process, merged.transcript) == ("7@1", "/s.jsonl")
    assert merge_report(BASH, report("idle", agent_id="a2")).process == ""


def test_a_process_is_proven_by_its_second_report() -> None:
    first = merge_report(None, report("working", process="8@2"))
    assert first.process == "?8@2"
    second = merge_report(first, report("working", process="8@2"))
    assert second.process == "8@2"
    assert merge_report(second, report("working", process="9@3")).process == "?9@3"


def test_a_late_report_changes_nothing_else() -> None:
    late = replace(report("finished"), since=NOON - 1)
    assert merge_report(BASH, late) == late
