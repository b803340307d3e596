"""Which chambers of other clones can land here, as a pure rule."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import Chamber, Heartbeat
from orchestra_core.state import ProjectState
from orchestra_server.usecases.exchange.plan_for_other_clones import (
    ANSWER_SECONDS,
    START_SECONDS,
    PlanForOtherClones,
    common_address,
    plan_for_other_clones,
)
from tests.support.samples.documents import NOON, a_chamber, a_clone

HERE, THERE = "0" * 16, "1" * 16
SHOP = "example.org/shop"
AUTH = replace(a_chamber("auth"), state="live", clone=THERE)


def state_with(*, served: bool = True, there: str = SHOP, heard: int = 5_000) -> ProjectState:
    beat = Heartbeat(at=NOON - heard, serves="mail" if served else "")
    return ProjectState(
        clones={
            HERE: replace(a_clone(HERE, "/here"), remotes=f"backup\n{SHOP}"),
            THERE: replace(a_clone(THERE, "/there"), remotes=there),
        },
        heartbeats={THERE: beat},
    )


def plan(chamber: Chamber, state: ProjectState) -> PlanForOtherClones:
    return plan_for_other_clones(state, {"origin": SHOP}, HERE, [chamber], NOON)


def test_a_clone_on_duty_is_asked() -> None:
    result = plan(AUTH, state_with())
    assert (result.asked, result.as_published, result.left_out) == ((AUTH,), (), {})
    assert result.holds == ()
    assert result.remote_of(replace(AUTH, published_on=SHOP)) == "origin"
    assert (result.remote_of(AUTH), result.remote_of(replace(AUTH, published_on="other"))) == (
        "",
        "",
    )


def test_a_clone_that_was_heard_just_now_may_be_starting_and_is_given_some_seconds() -> None:
    assert plan(AUTH, state_with()).seconds == ANSWER_SECONDS
    result = plan(AUTH, state_with(served=False, heard=4_000))
    assert (result.asked, result.left_out, result.seconds) == ((AUTH,), {}, START_SECONDS)


def test_published_work_of_a_silent_clone_can_land_once_confirmed() -> None:
    published = replace(AUTH, published="c0ffee", published_at=NOON - 3_600_000)
    result = plan(published, state_with(served=False))
    assert (result.asked, result.as_published) == ((), (published,))
    assert result.holds == (
        (
            "auth: nobody is on duty in clone laptop:/there (last heard 5 s ago) to hand its work "
            "over; "
            "what it published 1 h ago would land"
        ),
    )


@pytest.mark.parametrize(
    ("chamber", "state", "why"),
    [
        (AUTH, state_with(served=False), "nobody is on duty to hand its work over"),
        (AUTH, state_with(there="other"), "shares no remote with this clone"),
        (AUTH, state_with(there=""), "shares no remote with this clone"),
        (replace(AUTH, clone="f" * 16), state_with(), "shares no remote with this clone"),
        (replace(AUTH, state="creating"), state_with(), "is being created; call again"),
    ],
)
def test_any_other_chamber_is_left_out_with_the_reason(
    chamber: Chamber, state: ProjectState, why: str
) -> None:
    result = plan(chamber, state)
    assert result.chambers == ()
    assert why in result.left_out["auth"]
    assert result.left_out["auth"].startswith("is in clone ")


@pytest.mark.parametrize(
    "chamber", [replace(AUTH, clone=HERE), replace(AUTH, state="closing", asked_by=HERE)]
)
def test_own_chambers_and_closing_ones_are_not_in_the_plan(chamber: Chamber) -> None:
    assert plan(chamber, state_with()) == PlanForOtherClones(addresses={"origin": SHOP})


def test_both_clones_find_the_same_remote() -> None:
    state = state_with(there=f"{SHOP}\nbackup")
    assert common_address(state, THERE, HERE) == SHOP
    assert common_address(state, HERE, THERE) == "backup"
