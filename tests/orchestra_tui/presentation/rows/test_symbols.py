"""A worker's symbol has the tone of its state."""

import pytest

from orchestra_core.worker_state import WorkerState
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.presentation.rows.symbols import worker_cell, worker_tone


@pytest.mark.parametrize(
    ("state", "cell"),
    [
        (WorkerState("needs-you", cause="permission"), Cell("◆", "critical")),
        (WorkerState("needs-you", cause="failed"), Cell("✗", "critical")),
        (WorkerState("stuck"), Cell("◔", "warn")),
        (WorkerState("working"), Cell("●", "ok")),
        (WorkerState("ready"), Cell("✓", "ok")),
        (WorkerState("dropped", cause="failed"), Cell("✗", "critical")),
    ],
)
def test_a_state_has_its_symbol(state: WorkerState, cell: Cell) -> None:
    assert worker_cell(state) == cell


def test_what_a_worker_does_is_plain_and_what_has_failed_is_critical() -> None:
    assert worker_tone(WorkerState("working")) == "plain"
    assert worker_tone(WorkerState("dropped", cause="failed")) == "critical"
    assert worker_tone(WorkerState("dropped")) == "muted"
