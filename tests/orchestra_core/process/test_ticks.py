"""Rare duties of a process meet at the same moments."""

import time

from orchestra_core.process.ticks import until_tick


def test_duties_with_different_intervals_share_ticks() -> None:
    often = time.monotonic() + until_tick(30)
    rarely = time.monotonic() + until_tick(60)
    # Of two ticks with 30 seconds between them either may be skipped as imminent.
    apart = rarely - often
    assert abs(apart - 30 * round(apart / 30)) < 1


def test_a_tick_that_is_imminent_is_skipped() -> None:
    assert all(3 < until_tick(30) <= 33 for _ in range(1_000))
