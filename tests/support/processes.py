"""Lists processes as Linux shows them in /proc (proc(5)), without any other program."""

import os
from pathlib import Path


def children_of(parent: int, word: str) -> list[int]:
    """Return the children of `parent` whose command line contains `word`."""
    return [
        int(place.name)
        for place in Path("/proc").glob("[0-9]*")
        if _parent(place) == parent and word in _command(place)
    ]


def working_below(directory: Path, word: str) -> list[int]:
    """Return the processes that work below a directory, a removed one too, and have `word`."""
    return [
        int(place.name)
        for place in Path("/proc").glob("[0-9]*")
        if _working_directory(place).startswith(f"{directory}/") and word in _command(place)
    ]


def _working_directory(place: Path) -> str:
    try:
        return str((place / "cwd").readlink())
    except OSError:
        return ""


def _parent(place: Path) -> int:
    try:
        # The name in parentheses may hold anything; the state and the parent follow it.
        return int((place / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def _command(place: Path) -> str:
    try:
        return (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def resident_bytes(pid: int) -> int:
    """Return the memory of a process, including pages that it shares with others."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
