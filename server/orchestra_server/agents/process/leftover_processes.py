"""Finds processes that an agent left running in other sessions, and ends them."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchestra_core.process.started_mark import STARTED

_PROC = Path("/proc")
_LOOKS = 5  # a process may start another one during the search
_PS_SECONDS = 10


def end_marked(mark: str) -> int:
    """Kill every process of an agent's run; return how many there were."""
    count = 0
    for _ in range(_LOOKS):
        marked = set(_marked(f"{STARTED}={mark}"))
        if not marked:
            break
        count += len(marked)
        for number in marked:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(number, signal.SIGKILL)
    return count


def _marked(entry: str) -> Iterator[int]:
    if _PROC.joinpath("self").exists():
        yield from _marked_in_proc(entry.encode())
        return
    # macOS: the environment follows the command, only for the user's own processes.
    listed = subprocess.run(
        ["/bin/ps", "-x", "-E", "-ww", "-o", "pid=,command="],
        capture_output=True, timeout=_PS_SECONDS, check=False,
    )  # fmt: skip
    for line in listed.stdout.splitlines():
        number, _, words = line.strip().partition(b" ")
        if entry.encode() in words.split() and number.isdigit():
            yield int(number)


def _marked_in_proc(entry: bytes) -> Iterator[int]:
    for folder in _PROC.iterdir():
        if folder.name.isdecimal():
            with suppress(OSError):  # ended meanwhile, or another user's process
                if entry in (folder / "environ").read_bytes().split(b"\0"):
                    yield int(folder.name)
