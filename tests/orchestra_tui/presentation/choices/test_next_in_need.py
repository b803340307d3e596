"""Who needs the operator next."""

from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_core.models import Presence
from orchestra_core.worker_state import WorkerLimits
from orchestra_core.workers.presence import PresenceState
from orchestra_tui.presentation.choices.next_in_need import (
    anybody_in_need,
    next_in_need,
    oldest_request,
)
from orchestra_tui.presentation.indexed_state import IndexedState
from tests.support.gallery.scene_states import MINUTE, NOW, TASK, chamber, event, state_of
from tests.support.samples.documents import a_request

NAMES = ("auth", "web", "docs", "tests")
IDS = {name: chamber(name).id for name in NAMES}


def a_state(**since: tuple[PresenceState, int]) -> IndexedState:
    presence = [
        Presence(chamber_id=IDS[name], state=state, tool="Bash", since=NOW - ago)
        for name, (state, ago) in since.items()
    ]
    state = IndexedState(state_of(*map(chamber, NAMES), presence=presence), clock=lambda: NOW)
    state.limits = WorkerLimits(silent=5 * MINUTE)
    return state


def test_who_waits_longest_comes_first_and_stuck_workers_come_last() -> None:
    state = a_state(
        auth=("failed", MINUTE),
        web=("waiting", 2 * MINUTE),
        docs=("working", 9 * MINUTE),
        tests=("working", MINUTE),
    )
    assert anybody_in_need(state)
    order = [""]
    for _ in range(4):
        order.append(next_in_need(state, order[-1]))
    assert order[1:] == [IDS["web"], IDS["auth"], IDS["docs"], IDS["web"]]
    assert next_in_need(state, IDS["tests"]) == IDS["web"]


def test_nobody_is_next_if_no_worker_needs_anybody() -> None:
    state = a_state(auth=("working", MINUTE))
    assert not next_in_need(state, "")
    assert not anybody_in_need(state)


def test_the_oldest_request_is_that_of_whoever_has_waited_longest() -> None:
    state = a_state()
    assert oldest_request(state) is None
    for name, ago in (("auth", MINUTE), ("web", 2 * MINUTE)):
        request = replace(a_request(f"r-{name}"), task_id=TASK, chamber=name, asked_at=NOW - ago)
        state.apply(
            event(state.documents.seq + 1, 0, "request.asked", name, EventData(request=request))
        )
    oldest = oldest_request(state)
    assert oldest is not None
    assert oldest.chamber == "web"
