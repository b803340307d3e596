"""Ticks shared by the rare duties of this process, so that it wakes up once for all of them."""

import time

_BEGAN = time.monotonic()
_TOO_SOON = 0.1  # fraction of the time between two ticks


def until_tick(seconds: float) -> float:
    """Return the time until the next tick; ticks are `seconds` apart.

    A tick that is imminent does not count: its duty was just done.
    """
    remaining = seconds - (time.monotonic() - _BEGAN) % seconds
    return remaining if remaining > seconds * _TOO_SOON else remaining + seconds
