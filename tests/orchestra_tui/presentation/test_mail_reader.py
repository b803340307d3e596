"""Who cannot read a message, and why."""

import pytest
from msgspec.structs import replace

from orchestra_core.workers.presence import PresenceState
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.mail_reader import unreadable_text
from tests.support.gallery.scene_states import chamber, presence

AUTH, API = chamber("auth"), chamber("api")


def with_worker(state: PresenceState) -> IndexedState:
    indexed = IndexedState()
    indexed.report_presence(replace(presence("auth", "Edit", "a.py", since=1), state=state))
    return indexed


@pytest.mark.parametrize("state", ["starting", "working", "waiting", "idle"])
def test_a_worker_that_is_there_reads_its_mail(state: PresenceState) -> None:
    assert unreadable_text([AUTH], with_worker(state)) == ""


@pytest.mark.parametrize(
    ("state", "why"),
    [("failed", "its worker has failed"), ("finished", "its worker has ended")],
)
def test_a_worker_that_is_over_reads_nothing(state: PresenceState, why: str) -> None:
    assert unreadable_text([AUTH], with_worker(state)) == (
        f"Nobody reads this now in auth ({why}). It waits for the next worker there."
    )


def test_each_chamber_without_a_reader_is_named() -> None:
    assert unreadable_text([AUTH, API], with_worker("failed")) == (
        "Nobody reads this now in auth (its worker has failed), api (no worker has started there). "
        "It waits for the next worker there."
    )
