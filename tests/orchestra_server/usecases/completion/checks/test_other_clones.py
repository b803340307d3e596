"""Whether chambers of other clones, or another clone itself, keep a task from completing here."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.checks import other_clones
from orchestra_server.usecases.completion.checks.other_clones import (
    others_in,
    require_as_planned,
    require_completing_here,
    require_reachable,
)
from orchestra_server.usecases.exchange.plan_for_other_clones import PlanForOtherClones
from tests.support.samples.documents import a_chamber, a_task

HERE, THERE = "0" * 16, "1" * 16
LEFT_OUT = PlanForOtherClones(left_out={"auth": "shares no remote", "api": "is being created"})


def chamber_there(name: str) -> Chamber:
    return replace(a_chamber(name), state="live", clone=THERE)


def test_only_chambers_of_other_clones_that_a_worker_may_be_in_count() -> None:
    live = chamber_there("auth")
    creating = replace(live, state="creating")
    passed_over = [replace(live, clone=HERE), replace(live, state="closing"), a_closed(live)]
    assert others_in([live, creating, *passed_over], HERE) == [live, creating]


def a_closed(chamber: Chamber) -> Chamber:
    return replace(chamber, state="closed")


def test_work_that_cannot_come_here_is_refused_with_every_chamber_and_reason() -> None:
    with pytest.raises(Refused) as refused:
        require_reachable(LEFT_OUT, merge=True, partial=False)
    assert str(refused.value) == (
        "nothing has landed: chamber 'auth' shares no remote; chamber 'api' is being created; "
        "partial=true lands the other chambers"
    )


@pytest.mark.parametrize(
    "require",
    [
        lambda: require_reachable(LEFT_OUT, merge=False, partial=False),
        lambda: require_reachable(LEFT_OUT, merge=True, partial=True),
        lambda: require_reachable(PlanForOtherClones(), merge=True, partial=False),
    ],
    ids=["no merge", "partial", "nothing left out"],
)
def test_work_need_not_come_here_where_it_is_not_to_land_or_may_stay_out(
    require: Callable[[], None],
) -> None:
    require()


@pytest.mark.parametrize(("names", "as_planned"), [
    (["auth", "api", "docs"], True),
    (["auth", "api"], False),
    (["auth", "api", "docs", "ui"], False),
])  # fmt: skip
def test_the_plan_holds_only_while_the_other_clones_have_the_same_chambers(
    names: list[str], *, as_planned: bool
) -> None:
    plan = PlanForOtherClones(
        asked=(chamber_there("auth"),),
        as_published=(chamber_there("api"),),
        left_out={"docs": "shares no remote"},
    )
    chambers = [chamber_there(name) for name in names]
    if as_planned:
        require_as_planned(plan, chambers)
        return
    with pytest.raises(Refused, match="changed meanwhile; nothing has landed: call again"):
        require_as_planned(plan, chambers)


@pytest.fixture
def on_duty(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The clones in which somebody is on duty, which a test may change."""
    clones = {THERE}

    def is_served(_state: ProjectState, clone: str, _now: int) -> bool:
        return clone in clones

    monkeypatch.setattr(other_clones, "is_served", is_served)
    return clones


async def test_a_task_that_another_clone_is_completing_is_taken_over_only_when_confirmed(
    context: Context, on_duty: set[str]
) -> None:
    task = replace(a_task(), state="completing", completing_clone=THERE)
    for confirmed in (False, True):
        with pytest.raises(Refused, match=f"is being completed in clone {THERE}; see how it ends"):
            await require_completing_here(context, task, confirmed=confirmed)
    on_duty.clear()
    with pytest.raises(Refused, match="or complete it here with confirm=true"):
        await require_completing_here(context, task, confirmed=False)
    await require_completing_here(context, task, confirmed=True)


async def test_a_task_that_nobody_else_completes_is_completed_here(
    context: Context, on_duty: set[str]
) -> None:
    assert on_duty == {THERE}
    completing = replace(a_task(), state="completing")
    for task in (
        completing,
        replace(completing, completing_clone=context.clone),
        replace(a_task(), completing_clone=THERE),
    ):
        await require_completing_here(context, task, confirmed=False)
