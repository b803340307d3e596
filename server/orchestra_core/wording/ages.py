"""Times as people read them, and when such a text changes next.

All times are milliseconds since 1970. Below a minute an age counts seconds, after that minutes, so
that a room where nothing happens has nothing to redraw.
"""

import time

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def age(since: int, now: int) -> str:
    """Return how long ago `since` is: `42s`, `3m`, `1h05`, `2d`; empty for 0, "not yet"."""
    if not since:
        return ""
    passed = max(0, now - since)
    if passed < MINUTE:
        return f"{passed // SECOND}s"
    if passed < HOUR:
        return f"{passed // MINUTE}m"
    if passed < DAY:
        return f"{passed // HOUR}h{passed % HOUR // MINUTE:02}"
    return f"{passed // DAY}d"


def precise_duration(length: int) -> str:
    """Return a duration as `340ms` or `2.3s`, and from ten seconds on like `duration`."""
    length = max(0, length)
    if length < SECOND:
        return f"{length}ms"
    return f"{length / SECOND:.1f}s" if length < 10 * SECOND else duration(length)


def duration(length: int) -> str:
    """Return a past duration, to the second: `42s`, `3m12`, `1h05`, `2d`."""
    length = max(0, length)
    if MINUTE <= length < HOUR:
        return f"{length // MINUTE}m{length % MINUTE // SECOND:02}"
    return age(1, length + 1)


def elapsed(start: int, end: int, now: int) -> str:
    """Return how long something has run or, once it has ended, how long it took."""
    if not start:
        return ""
    return duration(end - start) if end else age(start, now)


def due(since: int, now: int) -> int:
    """Return when `age(since, …)` changes next; 0 for never."""
    if not since:
        return 0
    passed = max(0, now - since)
    step = SECOND if passed < MINUTE else MINUTE if passed < DAY else DAY
    return since + (passed // step + 1) * step


def earliest(*moments: int) -> int:
    """Return the earliest of the given times; 0 if there is none."""
    return min((moment for moment in moments if moment), default=0)


def time_of_day(at: int) -> str:
    """Return the local time of day, `14:03:59`."""
    return time.strftime("%H:%M:%S", time.localtime(at / SECOND)) if at else ""
