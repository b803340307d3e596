"""`python -m benchmarks.rooms.watched_room FILE`: the room, and its collector's pauses in a file.

A line for each collection: its generation and how many milliseconds it took.
"""

import gc
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from orchestra_tui.command_line.main import main


def watch(file: Path) -> None:
    """Write down every collection from now on."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    began = 0.0

    def note(phase: str, info: Mapping[str, int]) -> None:
        nonlocal began
        now = time.perf_counter()
        if phase == "start":
            began = now
        else:
            os.write(descriptor, b"%d %.4f\n" % (info["generation"], (now - began) * 1_000))

    gc.callbacks.append(note)


def pauses(file: Path) -> list[tuple[int, float]]:
    """Return what was written: generation and milliseconds of each collection."""
    lines = (line.split() for line in file.read_text(encoding="utf-8").splitlines())
    return [(int(generation), float(ms)) for generation, ms in lines]


if __name__ == "__main__":
    watch(Path(sys.argv[1]))
    sys.exit(main([]))
