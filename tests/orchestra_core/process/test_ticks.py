"""Rare duties of a process meet at the same moments."""

import time

from orchestra_core.process.ticks import until_tick


def test_duties_of_different_length_meet() -> None:
    often = time.monotonic() + until_tick(30)
    rarely = time.monotonic() + until_tick(60)
    assert min(abs(rarely - often - apart) for apart in (-30, 0, 30)) < 1


def test_a_moment_that_is_at_hand_is_left_out() -> None:
    assert all(3 < until_tick(30) <= 33 for _ in range(1_000))
