"""A running process by a mark that no later process of the same number has."""

import os
from pathlib import Path

_START_FIELD = 19  # of /proc/PID/stat after the program's name: when it started


def process_mark(number: int) -> str:
    """Return the mark of a running process, "" for one that is not there."""
    if not _is_there(number):
        return ""
    return f"{number}@{_started(number)}"


def is_running(mark: str) -> bool:
    """Tell whether the process of a mark still runs."""
    number, _, started = mark.partition("@")
    if not number.isdecimal():
        return False
    return _is_there(int(number)) and _started(int(number)) == started


def _is_there(number: int) -> bool:
    if number <= 0:
        return False
    try:
        os.kill(number, 0)
    except PermissionError:  # of another user
        return True
    except (OSError, OverflowError):
        return False
    return True


def _started(number: int) -> str:
    """Return when a process started, "" where the system does not say (macOS).

    A zombie has ended; nobody has fetched its exit status yet.
    """
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[:1] == ["Z"] else fields[_START_FIELD]
