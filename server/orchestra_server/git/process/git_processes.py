"""Which git processes run where: one that was started for us may outlive its starter."""

import os
import select
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

_PROCESSES = Path("/proc")
_LOOK_AGAIN = 0.05  # seconds, where the system tells of no process's end


def git_processes_in(places: Iterable[Path]) -> list[int] | None:
    """Return the process ids of gits that stand in or below `places`; None where nobody can tell.

    Nobody can without `/proc`, or when one is another person's.
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
    """Return when no git runs in `places` any more, at the latest after `seconds`. Blocking."""
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
