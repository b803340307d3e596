from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.readiness import is_proven
from tests.support.samples import NOON, a_chamber


def reported(at: int) -> Presence:
    return Presence(chamber_id=a_chamber().id, state="starting", since=at)


def test_a_chamber_nobody_has_heard_of_is_not_proven() -> None:
    assert not is_proven(a_chamber(), None)


def test_a_handshake_or_a_report_proves_it() -> None:
    assert is_proven(replace(a_chamber(), ready_at=NOON), None)
    assert is_proven(a_chamber(), reported(NOON + 1))


def test_a_report_from_before_it_was_made_was_another_chambers() -> None:
    assert not is_proven(a_chamber(), reported(NOON - 1))
