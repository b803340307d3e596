"""Each property that interprets a state, asked of every state there is."""

from typing import get_args

import pytest
from msgspec import Struct
from msgspec.structs import replace

from orchestra_core.models import (
    OVER_TASK,
    STANDING_CHAMBER,
    ChamberState,
    ConflictState,
    InterruptState,
    Presence,
    TaskState,
)
from orchestra_core.workers.presence import PresenceState
from tests.support.samples.documents import NOON, a_chamber, a_conflict, a_task, an_interrupt

TASKS: dict[TaskState, set[str]] = {
    "open": {"is_open"},
    "completing": {"is_completing"},
    "completed": {"is_over"},
    "closed": {"is_over"},
}
CHAMBERS: dict[ChamberState, set[str]] = {
    "creating": {"is_standing", "expects_worker"},
    "live": {"is_standing", "is_live", "expects_worker", "holds_work"},
    "closing": {"is_standing", "holds_work"},
    "closed": {"is_over"},
    "failed": {"is_over"},
}
INTERRUPTS: dict[InterruptState, set[str]] = {
    "sent": {"is_unread"},
    "posted": {"is_unread"},
    "delivered": set(),
    "acted": {"is_over"},
    "cancelled": {"is_over", "is_withdrawn"},
    "expired": {"is_over", "is_withdrawn"},
}
CONFLICTS: dict[ConflictState, set[str]] = {"open": set(), "clear": {"is_over"}}
WORKERS: dict[PresenceState, set[str]] = {
    "unknown": set(),
    "starting": {"is_active"},
    "working": {"is_active"},
    "waiting": {"is_active"},
    "blocked": {"is_active"},
    "idle": set(),
    "aborted": set(),
    "finished": {"is_over"},
    "failed": {"is_over"},
    "killed": {"is_over"},
    "gone": {"is_over"},
}


def true_of(document: Struct, *names: str) -> set[str]:
    return {name for name in names if getattr(document, name)}


def test_the_expected_tables_list_every_state() -> None:
    assert set(TASKS) == set(get_args(TaskState))
    assert set(CHAMBERS) == set(get_args(ChamberState))
    assert set(INTERRUPTS) == set(get_args(InterruptState))
    assert set(CONFLICTS) == set(get_args(ConflictState))
    assert set(WORKERS) == set(get_args(PresenceState))


@pytest.mark.parametrize(("state", "expected"), TASKS.items())
def test_each_task_state_has_the_expected_properties(state: TaskState, expected: set[str]) -> None:
    task = replace(a_task(), state=state)

    assert true_of(task, "is_open", "is_completing", "is_over") == expected
    assert (state in OVER_TASK) == task.is_over


@pytest.mark.parametrize(("state", "expected"), CHAMBERS.items())
def test_each_chamber_state_has_the_expected_properties(
    state: ChamberState, expected: set[str]
) -> None:
    chamber = replace(a_chamber(), state=state)
    names = ("is_live", "expects_worker", "is_standing", "is_over", "holds_work")

    assert true_of(chamber, *names) == expected
    assert (state in STANDING_CHAMBER) == chamber.is_standing


@pytest.mark.parametrize(("state", "expected"), INTERRUPTS.items())
def test_each_interrupt_state_has_the_expected_properties(
    state: InterruptState, expected: set[str]
) -> None:
    interrupt = replace(an_interrupt(), state=state)

    assert true_of(interrupt, "is_unread", "is_withdrawn", "is_over") == expected


@pytest.mark.parametrize(("state", "expected"), CONFLICTS.items())
def test_each_conflict_state_has_the_expected_properties(
    state: ConflictState, expected: set[str]
) -> None:
    assert true_of(replace(a_conflict(), state=state), "is_over") == expected


@pytest.mark.parametrize(("state", "expected"), WORKERS.items())
def test_each_worker_state_has_the_expected_properties(
    state: PresenceState, expected: set[str]
) -> None:
    presence = Presence(chamber_id=a_chamber().id, state=state)

    assert true_of(presence, "is_active", "is_over") == expected


def test_the_chamber_id_of_an_interrupt_is_the_id_of_its_chamber() -> None:
    assert an_interrupt().chamber_id == a_chamber().id


def reported(at: int) -> Presence:
    return Presence(chamber_id=a_chamber().id, state="starting", since=at)


def test_a_chamber_without_a_probe_or_a_report_is_not_proven_ready() -> None:
    assert not a_chamber().is_proven_ready(None)


def test_a_probe_or_a_report_proves_a_chamber_ready() -> None:
    assert replace(a_chamber(), ready_at=NOON).is_proven_ready(None)
    assert a_chamber().is_proven_ready(reported(NOON))
    assert a_chamber().is_proven_ready(reported(NOON + 1))


def test_a_report_older_than_the_chamber_does_not_prove_it_ready() -> None:
    assert not a_chamber().is_proven_ready(reported(NOON - 1))
