"""Every state has its word or symbol, and no two of one kind have the same."""

from typing import get_args

import pytest

from orchestra_core.models import ChamberState, TaskState, WorkerState
from orchestra_core.wording.states import CHAMBER_SYMBOLS, TASK_SYMBOLS, WORKER_WORDS


@pytest.mark.parametrize(
    ("words", "states"),
    [
        (TASK_SYMBOLS, get_args(TaskState)),
        (CHAMBER_SYMBOLS, get_args(ChamberState)),
        (WORKER_WORDS, get_args(WorkerState)),
    ],
)
def test_each_state_has_a_word_of_its_own(words: dict[str, str], states: tuple[str, ...]) -> None:
    assert set(words) == set(states)
    assert len(set(words.values())) == len(states)
