"""Moments that the rare duties of this process share, so that it wakes up once for all of them."""

import time

_BEGAN = time.monotonic()
_TOO_SOON = 0.1  # of the time between two moments


def until_tick(seconds: float) -> float:
    """Return how long it takes to the next moment of those that are `seconds` apart.

    One that is at hand does not count: its duty was just done.
    """
    remaining = seconds - (time.monotonic() - _BEGAN) % seconds
    return remaining if remaining > seconds * _TOO_SOON else remaining + seconds
