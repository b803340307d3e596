import pytest
from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.state import ProjectState
from orchestra_core.workers.presence import PresenceState
from orchestra_server.usecases.workers.worker_activity import describe_activity
from tests.support.samples.documents import NOON, a_chamber

MINUTE = 60_000
WORKING = Presence(
    chamber_id=a_chamber().id, state="working", tool="Bash", detail="pytest\n-q", since=NOON
)


def doing(presence: Presence | None, now: int = NOON + MINUTE) -> str:
    reports = {presence.chamber_id: presence} if presence else {}
    return describe_activity(ProjectState(presence=reports), a_chamber(), now)


def test_a_running_worker_is_described_with_its_tool_in_one_line() -> None:
    assert doing(WORKING) == "working (Bash pytest -q)"
    assert len(doing(replace(WORKING, detail="x" * 1_000))) < 80


@pytest.mark.parametrize("state", ["idle", "finished"])
def test_a_worker_that_has_stopped_has_no_activity(state: PresenceState) -> None:
    assert doing(Presence(chamber_id=a_chamber().id, state=state, since=NOON)) == ""
    assert doing(None) == ""


def test_an_old_report_does_not_count_as_activity() -> None:
    assert doing(WORKING, NOON + 15 * MINUTE)
    assert doing(WORKING, NOON + 15 * MINUTE + 1) == ""


def test_a_report_older_than_the_chamber_does_not_count_as_activity() -> None:
    assert doing(replace(WORKING, since=NOON - 1)) == ""


def test_the_only_call_of_a_session_that_nobody_prompted_does_not_count_as_activity() -> None:
    assert doing(replace(WORKING, is_unprompted=True)) == ""
