"""Times: counted in integer milliseconds since 1970, written as ISO 8601 in UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]


def now_ms() -> int:
    """Return the current time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def iso_time(at: int) -> str:
    """Format a time for tools and messages: ISO 8601 in UTC, to the second; "" for 0."""
    return _in_utc(at, "seconds")


def iso_time_ms(at: int) -> str:
    """Format a time for the projected files: ISO 8601 in UTC, to the millisecond; "" for 0."""
    return _in_utc(at, "milliseconds")


def local_day(at: int) -> str:
    """Return the local date of a time, by which amounts are summed: 2026-11-28."""
    return datetime.fromtimestamp(at / 1000).astimezone().date().isoformat()


def _in_utc(at: int, timespec: str) -> str:
    if not at:
        return ""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec=timespec)[:-6] + "Z"
