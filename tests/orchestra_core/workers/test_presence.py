"""What a worker's presence means for others."""

from typing import get_args

import pytest

from orchestra_core.workers.presence import Presence, PresenceState

ACTIVE = {"starting", "working", "waiting", "blocked"}
OVER = {"finished", "failed", "killed", "gone"}


@pytest.mark.parametrize("state", get_args(PresenceState))
def test_each_state_is_a_turn_an_end_or_neither(state: PresenceState) -> None:
    shown = Presence(chamber_id="t/auth", state=state)
    assert (shown.is_active, shown.is_over) == (state in ACTIVE, state in OVER)


@pytest.mark.parametrize("state", get_args(PresenceState))
def test_a_worker_is_at_work_in_a_turn_that_something_proves(state: PresenceState) -> None:
    assert Presence(chamber_id="t/auth", state=state).is_at_work == (state in ACTIVE)
    assert not Presence(chamber_id="t/auth", state=state, is_unprompted=True).is_at_work
