"""Every state has its word or symbol, and no two of one kind have the same."""

from typing import get_args

import pytest

from orchestra_core.models import ChamberState, TaskState
from orchestra_core.wording.states import (
    CHAMBER_SYMBOLS,
    FAILED_SYMBOL,
    GROUP_SYMBOLS,
    GROUP_WORDS,
    PRESENCE_WORDS,
    TASK_SYMBOLS,
    counts_text,
    worker_symbol,
    worker_text,
    worker_word,
)
from orchestra_core.worker_state import GROUPS, WorkerState
from orchestra_core.workers.presence import PresenceState


@pytest.mark.parametrize(
    ("words", "states"),
    [
        (TASK_SYMBOLS, get_args(TaskState)),
        (CHAMBER_SYMBOLS, get_args(ChamberState)),
        (PRESENCE_WORDS, get_args(PresenceState)),
        (GROUP_WORDS, GROUPS),
        ({**GROUP_SYMBOLS, "failed": FAILED_SYMBOL}, (*GROUPS, "failed")),
    ],
)
def test_each_state_has_a_word_of_its_own(words: dict[str, str], states: tuple[str, ...]) -> None:
    assert set(words) == set(states)
    assert len(set(words.values())) == len(states)


def test_a_worker_that_has_failed_is_called_so_and_not_by_its_group() -> None:
    failed = WorkerState("needs-you", "API Error: 529", cause="failed")
    assert (worker_symbol(failed), worker_word(failed)) == ("✗", "failed")
    assert worker_text(failed) == "failed: API Error: 529"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (WorkerState("needs-you", "permission: Bash"), "permission: Bash"),
        (WorkerState("working", "Edit a.py"), "Edit a.py"),
        (WorkerState("stuck", "Bash pytest"), "stuck: Bash pytest"),
        (WorkerState("idle", ""), "idle"),
    ],
)
def test_a_workers_text_names_its_group_if_the_reason_does_not(
    state: WorkerState, text: str
) -> None:
    assert worker_text(state) == text


def test_counts_are_said_with_symbol_number_and_word() -> None:
    assert counts_text({"needs-you": 2, "working": 1}) == ["◆ 2 need you", "● 1 working"]
    assert counts_text({"needs-you": 1}) == ["◆ 1 needs you"]
