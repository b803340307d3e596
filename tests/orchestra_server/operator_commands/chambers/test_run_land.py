"""Whether a plan goes through, and whether what was asked for has landed."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_core.replies.completion import CompletedTask, FileConflict
from orchestra_server.operator_commands.chambers.run_land import (
    LandingWish,
    can_land,
    check_land,
    has_landed,
    land,
    plan_landing,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.git.repositories import TestRepository

ALL = LandingWish()
CONFLICT = FileConflict(file="app.py", kind="content", between=["api", "auth"], lines="")


def a_reply(
    *,
    completed: bool = False,
    landed_commit: str = "",
    merged: tuple[str, ...] = (),
    conflicts: tuple[FileConflict, ...] = (),
    holds: tuple[str, ...] = (),
    refusals: tuple[str, ...] = (),
    blocked: tuple[str, ...] = (),
) -> CompletedTask:
    return CompletedTask(
        task_id="t-1",
        completed=completed,
        already_completed=False,
        state="completed" if completed else "open",
        base_branch="main",
        landed_commit=landed_commit,
        merged=list(merged),
        conflicts=list(conflicts),
        holds=list(holds),
        refusals=list(refusals),
        blocked=list(blocked),
        notes=[],
        next_step="",
    )


def test_a_plan_without_hindrance_can_land() -> None:
    assert can_land(a_reply(merged=("auth",)), ALL)
    assert can_land(a_reply(), ALL)


def test_refusals_and_the_users_changes_hold_a_landing_whatever_is_asked() -> None:
    insisting = LandingWish(confirm=True, partial=True)
    assert not can_land(a_reply(merged=("auth",), refusals=("no",)), insisting)
    assert not can_land(a_reply(merged=("auth",), blocked=("app.py",)), insisting)


def test_a_hold_is_overridden_only_by_a_confirmation() -> None:
    held = a_reply(merged=("auth",), holds=("auth: its worker is still working",))
    assert not can_land(held, ALL)
    assert can_land(held, LandingWish(confirm=True))


def test_conflicts_let_only_a_part_land() -> None:
    conflicting = a_reply(merged=("auth",), conflicts=(CONFLICT,))
    assert not can_land(conflicting, ALL)
    assert can_land(conflicting, LandingWish(partial=True))
    assert not can_land(a_reply(conflicts=(CONFLICT,)), LandingWish(partial=True))


def test_a_part_has_landed_only_where_a_part_was_asked_for() -> None:
    part = a_reply(landed_commit="abc", merged=("auth",))
    assert not has_landed(part, ALL)
    assert has_landed(part, LandingWish(only=("auth",)))
    assert has_landed(part, LandingWish(partial=True))
    assert not has_landed(a_reply(), LandingWish(partial=True))
    assert has_landed(a_reply(completed=True), ALL)


def test_a_name_that_no_chamber_can_have_is_refused() -> None:
    with pytest.raises(BadInput, match="not allowed"):
        check_land(["auth", "A B"])


async def test_the_tasks_description_is_the_summary_where_none_is_given(
    context: Context, repository: TestRepository, task_id: str, auth: TestRepository
) -> None:
    auth.write("auth.py", "tokens\n")
    before = repository.head
    plan = await plan_landing(context, LandingWish(task=task_id))
    assert (plan.merged, repository.head) == (["auth"], before)
    done = await land(context, ALL)
    assert done.completed
    assert "Add a login" in repository.git("log", "-1", "--format=%B")
