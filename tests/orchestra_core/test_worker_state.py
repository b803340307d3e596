"""A worker has one state, with its reason and since when, whatever else is to be said."""

from typing import get_args

import pytest
from msgspec.structs import replace

from orchestra_core.models import MERGED, Chamber, ChamberState, Interrupt, Presence, Work
from orchestra_core.settings import read_settings
from orchestra_core.state import ProjectState
from orchestra_core.worker_state import (
    GROUPS,
    NOTHING_PENDING,
    WAKING,
    Pending,
    WorkerLimits,
    WorkerState,
    count_groups,
    limits_of,
    pending_of,
    worker_state,
    worker_states,
)
from orchestra_core.workers.presence import PresenceState
from tests.support.samples.documents import NOON, a_chamber, a_discovery, a_request, an_interrupt

LIVE = replace(a_chamber(), state="live")
MINUTE = 60_000
LIMITS = WorkerLimits(unread=2 * MINUTE, silent=10 * MINUTE)
EDITING = Presence(
    chamber_id=LIVE.id, state="working", tool="Bash", detail="pytest -q", since=NOON + MINUTE
)


def state_of(
    presence: Presence | None,
    mail: Pending = NOTHING_PENDING,
    *,
    chamber: Chamber = LIVE,
    now: int = NOON + 2 * MINUTE,
) -> WorkerState:
    return worker_state(chamber, presence, mail, LIMITS, now)


def reported(state: PresenceState, **fields: str) -> Presence:
    return replace(Presence(chamber_id=LIVE.id, state=state, since=NOON + MINUTE), **fields)


def mail_of(*interrupts: Interrupt) -> Pending:
    return pending_of(interrupts, {})


def test_a_worker_at_work_says_its_tool_and_becomes_stuck_after_the_limit() -> None:
    assert state_of(EDITING) == WorkerState(
        "working", "Bash pytest -q", NOON + MINUTE, due=NOON + 11 * MINUTE
    )
    assert state_of(EDITING, now=NOON + 11 * MINUTE) == WorkerState(
        "stuck", "Bash pytest -q", NOON + MINUTE, "silent"
    )


def test_a_worker_that_thinks_for_longer_than_the_limit_is_stuck_too() -> None:
    thinking = replace(EDITING, tool="", detail="")
    assert state_of(thinking).reason == "thinking"
    assert state_of(thinking, now=NOON + MINUTE * 11).group == "stuck"


def test_without_limits_nobody_is_ever_stuck_or_overdue() -> None:
    mail = mail_of(an_interrupt())
    later = worker_state(LIVE, EDITING, mail, WorkerLimits(), NOON + 1_000 * MINUTE)
    assert later == WorkerState("working", "Bash pytest -q", NOON + MINUTE)


@pytest.mark.parametrize(
    ("presence", "cause", "reason"),
    [
        (
            reported("waiting", tool="Bash", detail="npm publish", asks="permission"),
            "permission",
            "permission: Bash npm publish",
        ),
        (reported("waiting"), "permission", "asks a permission"),
        (
            reported("blocked", detail="answer it with: claude attach de46"),
            "blocked",
            "blocked: answer it with: claude attach de46",
        ),
        (
            reported("waiting", tool="AskUserQuestion", detail="Which colour?", asks="question"),
            "question",
            "question: Which colour?",
        ),
        (
            reported("working", tool="AskUserQuestion", detail="Which colour?"),
            "question",
            "question: Which colour?",
        ),
        (reported("working", tool="ExitPlanMode"), "permission", "asks a permission"),
        (
            reported("failed", message="API Error: 529\nOverloaded"),
            "failed",
            "API Error: 529 Overloaded",
        ),
        (reported("failed"), "failed", "failed"),
    ],
)
def test_a_worker_that_asks_or_has_failed_needs_somebody(
    presence: Presence, cause: str, reason: str
) -> None:
    state = state_of(presence)
    assert (state.group, state.cause, state.reason) == ("needs-you", cause, reason)
    assert state.since == presence.since


def test_what_a_worker_asks_for_comes_before_its_unread_mail() -> None:
    late = NOON + 30 * MINUTE
    asking = reported("waiting", asks="permission")
    assert state_of(asking, mail_of(an_interrupt()), now=late).cause == "permission"


def test_mail_that_is_unread_for_too_long_needs_somebody_whatever_the_worker_does() -> None:
    mail = mail_of(an_interrupt(message="Stop\nand look"))
    assert state_of(EDITING, mail, now=NOON + MINUTE).due == NOON + 2 * MINUTE
    late = state_of(EDITING, mail, now=NOON + 2 * MINUTE)
    assert late == WorkerState("needs-you", "message unread: Stop and look", NOON, "unread")


@pytest.mark.parametrize("state", ["idle", "aborted", "finished", "killed", "gone"])
def test_critical_mail_that_wakes_nobody_needs_somebody_at_once(state: PresenceState) -> None:
    stop = replace(an_interrupt(), requires="stop", sent_at=NOON + MINUTE)
    mail = mail_of(stop)
    woken = NOON + MINUTE + WAKING
    assert state_of(reported(state), mail, now=woken - 1).due == woken
    assert state_of(reported(state), mail, now=woken).cause == "critical"
    assert state_of(EDITING, mail, now=woken).group == "working"
    assert state_of(None, mail, now=woken).group == "idle"


def test_the_message_of_a_critical_discovery_is_critical() -> None:
    told = replace(an_interrupt(), discovery_id="d1")
    calm, critical = a_discovery(), replace(a_discovery(), severity="critical")
    assert pending_of([told], {"d1": calm}).critical == []
    assert pending_of([told], {"d1": critical}).critical == [told]
    assert pending_of([replace(told, state="acted")], {"d1": critical}) is NOTHING_PENDING


@pytest.mark.parametrize("work", get_args(Work))
@pytest.mark.parametrize("state", ["idle", "finished"])
def test_a_worker_that_has_ended_is_ready_if_it_has_changed_something(
    state: PresenceState, work: Work
) -> None:
    ended = reported(state, message="Documented,\n3 examples")
    told = state_of(ended, chamber=replace(LIVE, work=work))
    assert told.group == ("ready" if work in ("committed", "uncommitted") else "idle")
    unchanged = "ended without changes: " if work == "none" else ""
    assert told.reason == f"{unchanged}Documented, 3 examples"


@pytest.mark.parametrize(
    ("verdict", "group", "reason"),
    [
        ("", "ready", "Done"),  # no gate
        ("green", "ready", "Done"),
        ("awaited", "held", "its gate has not run yet: Done"),
        ("red", "held", "fails its gate: Done"),
        ("flaky", "held", "its gate is flaky: Done"),
        ("base-red", "held", "the branch it lands on fails its gate: Done"),
        ("unjudged", "held", "its gate cannot run: Done"),
    ],
)
def test_a_worker_that_has_ended_is_ready_only_where_its_gates_have_passed_its_work(
    verdict: str, group: str, reason: str
) -> None:
    done = reported("finished", message="Done")
    told = state_of(done, chamber=replace(LIVE, work="committed", verdict=verdict))
    assert (told.group, told.reason) == (group, reason)
    assert told.has_work_to_land
    unchanged = state_of(done, chamber=replace(LIVE, work="none", verdict=verdict))
    assert (unchanged.group, unchanged.has_work_to_land) == ("idle", False)


@pytest.mark.parametrize(
    ("state", "group", "reason"),
    [
        ("gone", "stuck", "its process is gone"),
        ("killed", "idle", "killed"),
        ("aborted", "idle", "its turn was interrupted"),
        ("starting", "working", "starting"),
    ],
)
def test_a_worker_that_was_ended_is_not_working_and_not_ready(
    state: PresenceState, group: str, reason: str
) -> None:
    told = state_of(reported(state), chamber=replace(LIVE, work="committed"))
    assert (told.group, told.reason) == (group, reason)


def test_a_report_from_before_the_chamber_was_made_or_restored_does_not_count() -> None:
    restored = replace(LIVE, ready_at=NOON + 2 * MINUTE)
    told = state_of(EDITING, chamber=restored)
    assert told == WorkerState("idle", "no worker yet", LIVE.created_at)


@pytest.mark.parametrize(
    ("state", "note", "group", "reason"),
    [
        ("creating", "", "working", "being made"),
        ("closing", "", "working", "closing"),
        ("closing", "a merge is going on", "working", "closing: a merge is going on"),
        ("closed", MERGED, "landed", MERGED),
        ("closed", "saved under x", "dropped", "saved under x"),
        ("failed", "disk full", "dropped", "disk full"),
    ],
)
def test_a_chamber_in_which_nobody_works_says_what_becomes_of_it(
    state: ChamberState, note: str, group: str, reason: str
) -> None:
    told = state_of(EDITING, chamber=replace(LIVE, state=state, note=note, ended_at=NOON))
    assert (told.group, told.reason) == (group, reason)


def test_a_long_reason_is_cut() -> None:
    assert len(state_of(replace(EDITING, detail="x " * 1_000)).reason) <= 300


def test_the_states_of_a_project_take_presence_and_mail_of_each_chamber() -> None:
    other = replace(a_chamber("web"), state="live")
    state = ProjectState(chambers={LIVE.id: LIVE, other.id: other})
    state.presence[LIVE.id] = EDITING
    state.put(an_interrupt())
    states = worker_states(state, state.chambers.values(), LIMITS, NOON + 5 * MINUTE)
    assert [states[key].group for key in (LIVE.id, other.id)] == ["needs-you", "idle"]
    assert count_groups(states.values()) == {"needs-you": 1, "idle": 1}


def test_the_groups_are_in_the_order_of_who_needs_a_person() -> None:
    assert GROUPS == (
        "needs-you", "stuck", "working", "ready", "held", "idle", "landed", "dropped",
    )  # fmt: skip


def test_the_limits_are_the_persons() -> None:
    settings = read_settings({"ORCHESTRA_UNREAD_LIMIT": "30", "ORCHESTRA_STUCK_LIMIT": "0"})
    assert limits_of(settings) == WorkerLimits(unread=30_000, silent=0)


def test_an_open_request_is_what_the_worker_needs_and_an_answered_one_is_not() -> None:
    request = a_request()
    asked = pending_of([], {}, [request])
    told = state_of(EDITING, asked)
    assert told == WorkerState(
        "needs-you", "permission: Bash: npm test", request.asked_at, "permission"
    )
    waiting = reported("waiting", asks="permission")
    answered = replace(request, state="answered", ended_at=waiting.since)
    assert state_of(waiting, pending_of([], {}, [answered])).group == "working"
    earlier = replace(answered, ended_at=waiting.since - 1)
    assert state_of(waiting, pending_of([], {}, [earlier])).group == "needs-you"
