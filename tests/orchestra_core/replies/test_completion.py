"""Whether a landing would go through, as its dry run answers."""

from dataclasses import replace

import pytest

from orchestra_core.replies.completion import CompletedTask
from tests.support.samples.tool_answers import LANDING_CONFLICT, LANDING_PLAN

HELD = replace(LANDING_PLAN, holds=["auth: it is suspended"])
PART = replace(LANDING_PLAN, merged=["web"], conflicts=[LANDING_CONFLICT])
NO = {"partial": False, "confirm": False}


@pytest.mark.parametrize(
    ("plan", "asked"),
    [(LANDING_PLAN, NO), (HELD, {**NO, "confirm": True}), (PART, {**NO, "partial": True})],
)
def test_a_landing_goes_through_where_nothing_is_in_its_way_or_it_was_asked_for(
    plan: CompletedTask, asked: dict[str, bool]
) -> None:
    assert plan.can_land(**asked)


@pytest.mark.parametrize(
    ("plan", "asked"),
    [
        (HELD, {**NO, "partial": True}),
        (PART, {**NO, "confirm": True}),
        (replace(PART, merged=[]), {"partial": True, "confirm": True}),
        (replace(LANDING_PLAN, refusals=["no identity"]), {"partial": True, "confirm": True}),
        (replace(LANDING_PLAN, blocked=["app.py"]), {"partial": True, "confirm": True}),
        (replace(LANDING_PLAN, completed=True), {"partial": True, "confirm": True}),
    ],
)
def test_a_landing_does_not_go_through_otherwise(
    plan: CompletedTask, asked: dict[str, bool]
) -> None:
    assert not plan.can_land(**asked)
