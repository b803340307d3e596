"""Marks for the subagents of a closed chamber that may still run: their hook tells them so.

The main checkout's hook starts for such a subagent only if it finds a mark, and removes the mark
when the subagent ends.
"""

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_server.files.hook.find_reader import closed_mark
from orchestra_server.files.hook_setup.hook_settings import BINDINGS

_FORGOTTEN_AFTER_S = 86_400  # a subagent whose client was killed never reports its end


class _Binding(Struct, frozen=True):
    chamber: str = ""
    ended: bool = False


def mark_closed(main: Path, chamber: Path) -> None:
    """Mark the subagents that work in a chamber that was just closed. Raises OSError."""
    for mark in (main / BINDINGS).glob("*.closed"):
        if time.time() - mark.stat().st_mtime > _FORGOTTEN_AFTER_S:
            mark.unlink(missing_ok=True)
    for binding in _bindings_to(main, chamber):
        Path(closed_mark(str(binding))).touch()


def unmark_restored(main: Path, chamber: Path) -> None:
    """Let the subagents that worked in a chamber go on, because it was restored. Raises OSError."""
    for binding in _bindings_to(main, chamber):
        Path(closed_mark(str(binding))).unlink(missing_ok=True)


def _bindings_to(main: Path, chamber: Path) -> Iterator[Path]:
    """Yield the bindings of the subagents that work in a chamber and have not ended."""
    for path in (main / BINDINGS).glob("*.json"):
        try:
            binding = msgspec.json.decode(path.read_bytes(), type=_Binding)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            continue  # still being written, or nobody's
        if binding.chamber == str(chamber) and not binding.ended:
            yield path
