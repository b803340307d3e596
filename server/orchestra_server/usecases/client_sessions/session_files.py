"""Hints, without asking the client, that a session may wait for a person or no longer waits.

Claude Code keeps a file for each running session, and a folder for each background session. Their
format is not a contract, so a change or certain words in them are only hints, and the client itself
is asked. Only files of versions whose format is known are believed at once.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from orchestra_server.git.watch.file_watcher import FileWatcher
from orchestra_server.git.watch.inotify import (
    CLOSE_WRITE,
    CREATE,
    DELETE,
    IGNORED,
    IS_DIRECTORY,
    MOVED_TO,
    ONLY_DIRECTORY,
    Inotify,
)

_STATE_FILE = "state.json"
_BLOCKED, _WAITING = b'"blocked"', b'"waiting"'
_SEEN_VERSIONS = "2.1."
_BUSY = "busy"


class SessionNote(Struct, frozen=True, rename="camel"):
    """What Claude Code notes about a running session."""

    session_id: str
    version: str
    status: str
    status_updated_at: int

    @property
    def is_busy(self) -> bool:
        """Whether it is certainly running and waits for nobody."""
        return self.version.startswith(_SEEN_VERSIONS) and self.status == _BUSY


def client_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the folder with Claude Code's `jobs` (background sessions) and `sessions`."""
    configured = environ.get("CLAUDE_CONFIG_DIR")
    return Path(configured) if configured else Path(environ.get("HOME") or Path.home(), ".claude")


def blocked_places(jobs: Path, places: Iterable[str]) -> frozenset[str]:
    """Return the places in which a session may be blocked. Blocking."""
    blocked = [text for text in _texts(jobs, _STATE_FILE) if _BLOCKED in text]
    return frozenset(place for place in places if any(_names(text, place) for text in blocked))


def waiting_sessions(sessions: Path, ids: Iterable[str]) -> dict[str, bool]:
    """Return, for each session with a file, whether the file says that it waits. Blocking."""
    texts = _texts(sessions)
    return {
        session_id: _WAITING in text
        for session_id in ids
        for text in texts
        if session_id and msgspec.json.encode(session_id) in text
    }


def busy_since(sessions: Path, ids: Container[str]) -> dict[str, int]:
    """Return since when sessions have been busy, for those whose file says so. Blocking."""
    since: dict[str, int] = {}
    for text in _texts(sessions):
        with suppress(msgspec.DecodeError):
            note = msgspec.json.decode(text, type=SessionNote)
            if note.is_busy and note.session_id in ids:
                since[note.session_id] = note.status_updated_at
    return since


def _texts(folder: Path, file: str = "") -> list[bytes]:
    """Return the texts of the files in a folder, or of that file in each subfolder."""
    texts: list[bytes] = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):
                texts.append(Path(entry.path, file).read_bytes())
    return texts


def _names(text: bytes, place: str) -> bool:
    """Tell whether a JSON text names a place, or one below it."""
    beginning = msgspec.json.encode(place)[:-1]
    return beginning + b'"' in text or beginning + b"/" in text


async def watch_folder(folder: Path, on_change: Callable[[], None]) -> None:
    """Call `on_change` at once and after each change there, one level down too, until it is gone.

    Returns if the folder is missing; raises OSError if the kernel grants no watch.
    """
    if not await asyncio.to_thread(folder.is_dir):
        return
    if sys.platform == "linux":
        await _watch_by_inotify(folder, on_change)
    else:
        await _watch_by_thread(folder, on_change)


async def _watch_by_inotify(folder: Path, on_change: Callable[[], None]) -> None:
    news = CREATE | DELETE | MOVED_TO | CLOSE_WRITE | ONLY_DIRECTORY
    with Inotify() as inotify:

        def add_below(place: str) -> None:
            with suppress(OSError):  # not a folder, or already gone
                inotify.add(place, news)

        top = inotify.add(str(folder), news)
        for entry in os.scandir(folder):
            add_below(entry.path)
        on_change()  # changes from before the watch
        while True:
            for event in await inotify.wait():
                if event.watch == top and event.mask & IGNORED:
                    return
                if event.watch == top and event.mask & IS_DIRECTORY:
                    add_below(str(folder / event.name))
            on_change()


async def _watch_by_thread(folder: Path, on_change: Callable[[], None]) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def call(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the event loop has ended before this thread
            loop.call_soon_threadsafe(function)

    watcher = FileWatcher(
        (folder,),
        on_ready=lambda: call(on_change),
        on_changes=lambda _: call(on_change),
        on_failure=lambda _reason, _was_ready: call(over.set),
    )
    try:
        await over.wait()
    finally:
        watcher.stop()
