"""Which reports of its sessions make a chamber's worker one that is at work."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestra_core.models import Presence
from orchestra_server.files.spool.worker_reports import read_report
from orchestra_server.usecases.delivery.merge_reports import merge_report
from tests.support.hooks.hooked_checkout import HookedCheckout, Session, hooked_checkout

Event = tuple[str, str, str]  # which session, which of its subagents, and what it reports
CALLS = ("PreToolUse", "PostToolUse")
ENDS = ("Stop", "StopFailure", "SessionEnd")
OPENS = "SessionStart"
PROVES = ("UserPromptSubmit", "PermissionRequest", "Continued")
EVENTS = (OPENS, *CALLS, *ENDS, *PROVES)


@pytest.fixture(scope="module")
def chamber(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkout: HookedCheckout = hooked_checkout(tmp_path_factory.mktemp("repo") / "repo")
    return checkout.chamber()


def reported(chamber: Path, events: Sequence[Event]) -> list[Presence]:
    """Return what each event shows by itself, a second after the one before."""
    reports = list[Presence]()
    for number, (session, agent, event) in enumerate(events, start=1):
        client = Session(chamber, session_id=session, agent_id=agent)
        payload = client.payload(event, {"tool_name": "Bash", "tool_input": {"command": "ls"}})
        raw = f"{chamber}\0{chamber}\0claude\0".encode() + payload
        report = read_report(raw, number * 1_000_000_000)
        reports += [report] if report is not None else []
    return reports


def after(chamber: Path, *events: Event) -> Presence:
    """Return the worker's presence after all events."""
    presence: Presence | None = None
    for report in reported(chamber, events):
        presence = merge_report(presence, report)
    assert presence is not None
    return presence


def proves_a_turn(events: Sequence[Event]) -> bool:
    """Say the rule anew: since the last end there is one sure sign, or two calls in a row."""
    last_end = max((at for at, event in enumerate(events) if event[2] in ENDS), default=-1)
    since = events[last_end + 1 :]
    sure = any(event in PROVES or agent for _, agent, event in since)
    pairs = pairwise(since)
    return sure or any(
        first[0] == second[0] and first[2] in CALLS and second[2] in CALLS
        for first, second in pairs
    )


@pytest.mark.parametrize("events", [("PreToolUse",), (OPENS,), (OPENS, "PreToolUse")])
def test_a_session_that_nobody_prompted_is_not_at_work_by_its_only_call(
    chamber: Path, events: tuple[str, ...]
) -> None:
    shown = after(chamber, *(("s-1", "", event) for event in events))
    assert shown.is_active
    assert not shown.is_at_work


@pytest.mark.parametrize(
    "events",
    [
        ("UserPromptSubmit",),
        (OPENS, "UserPromptSubmit", "PreToolUse"),
        ("PreToolUse", "PostToolUse"),
        (OPENS, "PreToolUse", "PreToolUse"),
        ("PreToolUse", "PermissionRequest"),
        ("Stop", "Continued"),
        ("UserPromptSubmit", "PreToolUse", OPENS),
    ],
)
def test_a_prompt_or_a_second_call_proves_that_a_session_is_at_work(
    chamber: Path, events: tuple[str, ...]
) -> None:
    assert after(chamber, *(("s-1", "", event) for event in events)).is_at_work


def test_a_subagent_is_at_work_from_its_first_call(chamber: Path) -> None:
    assert after(chamber, ("s-1", "a-1", "PreToolUse")).is_at_work


def test_single_calls_of_several_sessions_prove_nothing(chamber: Path) -> None:
    calls = [(f"s-{number}", "", "PreToolUse") for number in range(5)]
    assert not after(chamber, *calls).is_at_work


def test_a_session_that_opens_beside_one_at_work_does_not_hide_it(chamber: Path) -> None:
    prompted = ("s-1", "", "UserPromptSubmit")
    assert after(chamber, prompted, ("s-2", "", OPENS), ("s-2", "", "PreToolUse")).is_at_work


def test_a_call_that_is_read_a_second_time_proves_nothing(chamber: Path) -> None:
    (call,) = reported(chamber, [("s-1", "", "PreToolUse")])
    first = merge_report(None, call)
    assert merge_report(first, call) is first


def test_calls_that_are_read_a_second_time_take_nothing_back(chamber: Path) -> None:
    calls = reported(chamber, [("s-1", "", "PreToolUse"), ("s-1", "", "PostToolUse")])
    presence: Presence | None = None
    for report in calls:
        presence = merge_report(presence, report)
    assert presence is not None
    assert merge_report(presence, calls[1]) is presence


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["s-1", "s-2"]), st.just(""), st.sampled_from(EVENTS))
        | st.tuples(st.just("s-1"), st.just("a-1"), st.sampled_from(CALLS)),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_is_reported_the_last_end_and_what_came_since_decide(
    chamber: Path, events: list[Event]
) -> None:
    shown = after(chamber, *events)
    assert shown.is_at_work == (shown.is_active and proves_a_turn(events))
