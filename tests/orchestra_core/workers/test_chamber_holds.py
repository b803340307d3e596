"""What holds a chamber back from landing."""

from msgspec.structs import replace

from orchestra_core.workers.chamber_holds import Hold, chamber_holds
from tests.support.samples.documents import NOON, a_chamber, an_interrupt

LIVE = replace(a_chamber(), state="live")


def test_nothing_holds_a_chamber_whose_worker_has_ended_and_read_everything() -> None:
    assert chamber_holds(LIVE, "", []) == []


def test_a_worker_at_work_a_suspension_and_unread_critical_mail_hold() -> None:
    suspended = replace(LIVE, suspended_at=NOON)
    assert chamber_holds(suspended, "working", [an_interrupt()]) == [
        Hold("at-work", "working"),
        Hold("suspended"),
        Hold("critical", an_interrupt().message),
    ]
