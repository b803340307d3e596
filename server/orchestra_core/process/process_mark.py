"""Marks of running processes. A later process with the same id has another mark."""

import os
from pathlib import Path

_START_FIELD = 19  # field of /proc/PID/stat, counted after the program's name: the start time


def process_mark(number: int) -> str:
    """Return the mark of a running process, "" if there is none."""
    if not _is_there(number):
        return ""
    return f"{number}@{_started(number)}"


def is_running(mark: str) -> bool:
    """Tell whether the process with a mark still runs."""
    number, _, started = mark.partition("@")
    if not number.isdecimal():
        return False
    return _is_there(int(number)) and _started(int(number)) == started


def _is_there(number: int) -> bool:
    if number <= 0:
        return False
    try:
        os.kill(number, 0)
    except PermissionError:  # another user's process
        return True
    except (OSError, OverflowError):
        return False
    return True


def _started(number: int) -> str:
    """Return when a process started, "" if the system does not say (macOS).

    A zombie counts as ended: only its exit status has not been fetched yet.
    """
    try:
        stat = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()
    return "" if fields[:1] == ["Z"] else fields[_START_FIELD]
