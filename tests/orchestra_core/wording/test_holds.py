"""Ready work can land, or is held by something."""

import pytest
from msgspec.structs import replace

from orchestra_core.wording.gates import FAILS_TOGETHER
from orchestra_core.wording.holds import (
    chamber_symbol,
    chamber_text,
    chamber_word,
    hold_words,
    land_counts,
)
from orchestra_core.worker_state import WorkerState
from tests.support.samples.documents import NOON, a_chamber, a_conflict, an_interrupt

LIVE = replace(a_chamber("auth"), state="live")
READY = WorkerState("ready", "Done")


def test_what_holds_a_chamber_is_said_once_each_the_conflict_first() -> None:
    suspended = replace(LIVE, suspended_at=NOON)
    letters = [an_interrupt("i1"), an_interrupt("i2")]
    assert hold_words(suspended, [a_conflict()], letters) == (
        "conflict with database",
        "suspended",
        "critical message unread",
    )
    assert hold_words(LIVE, [], []) == ()


def test_a_gate_that_fails_holds_a_chamber_alone_or_together_with_another() -> None:
    red = replace(a_conflict(("gate tests",)), kinds=(FAILS_TOGETHER,))
    assert hold_words(LIVE, [red], []) == ("fails together with database",)
    assert hold_words(replace(LIVE, verdict="red"), [], []) == ("fails its gate",)
    assert hold_words(replace(LIVE, verdict="awaited"), [], []) == ("its gate has not run yet",)
    assert hold_words(replace(LIVE, verdict="green"), [], []) == ()


@pytest.mark.parametrize(
    ("worker", "holds", "said"),
    [
        (READY, (), ("✓", "can land", "can land: Done")),
        (READY._replace(reason=""), (), ("✓", "can land", "can land")),
        (READY, ("suspended",), ("⊘", "held", "held: suspended")),
        (WorkerState("stuck", "Bash pytest"), (), ("◔", "stuck", "stuck: Bash pytest")),
    ],
)
def test_ready_work_is_called_by_whether_it_can_land_and_all_other_by_its_worker(
    worker: WorkerState, holds: tuple[str, ...], said: tuple[str, str, str]
) -> None:
    assert (
        chamber_symbol(worker, holds),
        chamber_word(worker, holds),
        chamber_text(worker, holds),
    ) == said


def test_ready_work_is_counted_by_whether_it_can_land() -> None:
    counts = land_counts({"needs-you": 1, "ready": 3, "idle": 1}, 1)
    assert counts == ["◆ 1 needs you", "✓ 2 can land", "⊘ 1 held", "○ 1 idle"]
    assert land_counts({"ready": 1, "held": 1}, 2) == ["⊘ 2 held"]
    assert land_counts({"ready": 1}, 1) == ["⊘ 1 held"]
