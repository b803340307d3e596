import pytest
from msgspec.structs import replace

from orchestra_core.clone.clone_places import SILENT_MS, ago, place_of
from orchestra_core.models import Heartbeat
from orchestra_core.state import ProjectState
from tests.support.samples.documents import NOON, a_chamber, a_clone

CHAMBER = replace(a_chamber(), clone=a_clone().id)
HOUR = 3_600_000


def heard(at: int, serves: str = "mail") -> ProjectState:
    state = ProjectState()
    state.put(a_clone())
    state.heartbeats[a_clone().id] = Heartbeat(at=at, holder="h", serves=serves)
    return state


@pytest.mark.parametrize(
    ("at", "serves", "served", "words"),
    [
        (NOON - 12_000, "mail", True, "heard 12 s ago"),
        (NOON - 12_000, "", False, "last heard 12 s ago"),
        (NOON - SILENT_MS, "mail", False, "last heard 1 min ago"),
        (NOON - 3 * HOUR, "mail", False, "last heard 3 h ago"),
        (NOON + 5, "mail", True, "heard 0 s ago"),
        (0, "", False, "never heard"),
    ],
)
def test_a_place_says_since_when_its_clone_was_heard(
    at: int, serves: str, words: str, *, served: bool
) -> None:
    place = place_of(CHAMBER, heard(at, serves), "another", NOON)
    assert (place.name, place.is_here) == ("laptop:/repo", False)
    assert (place.served, place.heard) == (served, words)


def test_a_chamber_of_this_clone_is_here() -> None:
    assert place_of(CHAMBER, heard(NOON), a_clone().id, NOON).is_here


def test_nothing_is_here_while_this_clones_id_is_unknown() -> None:
    assert not place_of(a_chamber(), ProjectState(), "", NOON).is_here


def test_a_clone_that_never_registered_is_named_by_its_host_or_its_id() -> None:
    assert place_of(CHAMBER, ProjectState(), "a", NOON).name == a_clone().id
    assert place_of(replace(a_chamber(), host="old"), ProjectState(), "a", NOON).name == "old"


@pytest.mark.parametrize(
    ("passed", "said"), [(-5, "0 s"), (59_999, "59 s"), (60_000, "1 min"), (49 * HOUR, "2 d")]
)
def test_a_duration_is_shown_in_its_largest_unit(passed: int, said: str) -> None:
    assert ago(passed) == said
