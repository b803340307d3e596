"""Finds running git processes: one that Orchestra started may outlive its parent."""

import os
import select
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_LOOK_AGAIN = 0.05  # seconds, where the system cannot notify of a process's end


def git_processes_in(places: Iterable[Path]) -> list[int] | None:
    """Return the ids of git processes working in or below `places`; None where unknown.

    It is unknown without `/proc`, or when a git process belongs to another user.
    """
    if not (_PROCESSES / "self").exists():
        return None
    below = [str(place) for place in places]
    pids: list[int] = []
    for process in _PROCESSES.iterdir():
        if not process.name.isdecimal():
            continue
        try:
            if not (process / "comm").read_text(encoding="utf-8").startswith("git"):
                continue
            here = (process / "cwd").readlink()
        except (FileNotFoundError, ProcessLookupError):  # it has ended
            continue
        except OSError:
            return None
        if any(here.is_relative_to(place) for place in below):
            pids.append(int(process.name))
    return pids


def wait_for_git_processes(places: Sequence[Path], seconds: float) -> None:
    """Wait until no git runs in `places`, at most for `seconds`. Blocking."""
    deadline = time.monotonic() + seconds
    while running := git_processes_in(places):
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return
        with suppress(OSError, AttributeError):  # ended meanwhile, or not on Linux
            ending = os.pidfd_open(running[0])
            try:
                select.select([ending], [], [], remaining)
            finally:
                os.close(ending)
            continue
        time.sleep(min(remaining, _LOOK_AGAIN))
