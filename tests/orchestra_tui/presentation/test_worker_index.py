"""The index of workers' states follows changes and counts each group."""

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.state import ProjectState
from orchestra_core.worker_state import WorkerLimits
from orchestra_tui.presentation.worker_index import WorkerIndex
from tests.support.samples.documents import NOON, a_chamber, a_request, an_interrupt

AUTH, WEB = (replace(a_chamber(name), state="live") for name in ("auth", "web"))


class Moment:
    """A clock that stands still until it is set."""

    now = NOON

    def __call__(self) -> int:
        return self.now


def an_index(clock: Moment, unread: int = 0) -> tuple[WorkerIndex, ProjectState]:
    state = ProjectState(chambers={AUTH.id: AUTH, WEB.id: WEB})
    index = WorkerIndex(clock)
    index.limits = WorkerLimits(unread=unread)
    index.load(state)
    return index, state


def test_a_change_of_group_is_reported_and_counted() -> None:
    index, state = an_index(Moment())
    assert index.counts == {"idle": 2}
    working = Presence(chamber_id=AUTH.id, state="working", tool="Edit", since=NOON)
    state.presence[AUTH.id] = working
    assert index.update(AUTH)
    assert index.counts == {"working": 1, "idle": 1}
    state.presence[AUTH.id] = replace(working, tool="Bash")
    assert not index.update(AUTH)
    assert index.of(AUTH).reason == "Bash"


def test_a_chamber_that_has_ended_is_not_counted_and_still_has_a_state() -> None:
    index, state = an_index(Moment())
    closed = replace(AUTH, state="closed")
    state.chambers[AUTH.id] = closed
    assert index.update(closed)
    assert index.counts == {"idle": 1}
    assert index.of(closed).group == "dropped"
    index.forget(WEB.task_id, [WEB.id])
    assert index.counts == {}


def test_mail_is_taken_and_becomes_overdue_with_time_alone() -> None:
    clock = Moment()
    index, _ = an_index(clock, unread=100)
    index.take_mail(an_interrupt())
    index.update(AUTH)
    assert (index.next_due, index.overdue()) == (NOON + 100, [])
    clock.now = NOON + 100
    assert index.overdue() == [AUTH.id]
    assert index.update(AUTH)
    assert (index.of(AUTH).cause, index.next_due) == ("unread", 0)
    index.take_mail(replace(an_interrupt(), state="delivered"))
    assert index.update(AUTH)
    assert index.of(AUTH).group == "idle"


def test_the_oldest_request_is_named_whatever_the_order_of_a_snapshot() -> None:
    index, state = an_index(Moment())
    first = a_request("r-2", "npm test")
    later = replace(a_request("r-1", "npm audit"), asked_at=NOON + 1)
    chamber = replace(AUTH, task_id=first.task_id)
    state.chambers = {chamber.id: chamber}
    state.requests = {later.id: later, first.id: first}
    index.load(state)
    assert index.of(chamber).reason == "permission: Bash: npm test (and 1 more)"
