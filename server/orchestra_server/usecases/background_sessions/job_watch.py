"""Hints that a session in the background may be blocked, without asking the client for it.

Claude Code keeps a folder for each of them. Its files are no contract, so they only hint: that one
has changed, and whether it names a place. What holds, the client says.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from orchestra_server.git.watch.file_watcher import FileWatcher

_STATE_FILE = "state.json"
_BLOCKED = b"blocked"


def jobs_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where Claude Code keeps what it knows of sessions in the background."""
    configured = environ.get("CLAUDE_CONFIG_DIR")
    home = Path(configured) if configured else Path(environ.get("HOME") or Path.home(), ".claude")
    return home / "jobs"


def hinted_places(jobs: Path, places: Iterable[str]) -> frozenset[str]:
    """Return those of the places in which a session may be blocked. Blocking."""
    texts: list[bytes] = []
    with suppress(OSError):
        for job in os.scandir(jobs):
            with suppress(OSError):
                texts.append(Path(job.path, _STATE_FILE).read_bytes())
    blocked = [text for text in texts if _BLOCKED in text]
    return frozenset(place for place in places if any(_names(text, place) for text in blocked))


def _names(text: bytes, place: str) -> bool:
    """Tell whether a JSON text names a place, or one below it."""
    beginning = msgspec.json.encode(place)[:-1]
    return beginning + b'"' in text or beginning + b"/" in text


async def watch_jobs(jobs: Path, on_change: Callable[[], None]) -> None:
    """Call `on_change` at once and after each change, until the folder is gone or missing.

    Raises OSError where the kernel grants no watch.
    """
    if not await asyncio.to_thread(jobs.is_dir):
        return
    if sys.platform == "linux":
        await _watch_by_inotify(jobs, on_change)
    else:
        await _watch_by_thread(jobs, on_change)


async def _watch_by_inotify(jobs: Path, on_change: Callable[[], None]) -> None:
    await asyncio.to_thread(__import__, "asyncinotify")  # it looks for the C library: 0.1 s
    from asyncinotify import Inotify, Mask  # noqa: PLC0415 - only Linux has it

    in_folder = Mask.CREATE | Mask.DELETE | Mask.MOVED_TO | Mask.MOVED_FROM | Mask.ONLYDIR
    in_job = Mask.CLOSE_WRITE | Mask.MOVED_TO | Mask.ONLYDIR
    with Inotify() as inotify:

        def add(folder: str, news: Mask) -> None:
            inotify.add_watch(folder, news)  # pyright: ignore[reportUnknownMemberType] - its PathLike

        def add_job(job: str) -> None:
            with suppress(OSError):  # it is no folder, or is gone already
                add(job, in_job)

        add(str(jobs), in_folder)
        for job in os.scandir(jobs):
            add_job(job.path)
        on_change()  # what came before the watch
        async for event in inotify:
            folder = event.watch.path if event.watch is not None else None
            if event.mask & Mask.IGNORED and folder == jobs:
                return
            if folder == jobs and event.mask & (Mask.CREATE | Mask.MOVED_TO):
                add_job(str(jobs / str(event.name)))
            on_change()


async def _watch_by_thread(jobs: Path, on_change: Callable[[], None]) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def call(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop has ended, and this thread not yet
            loop.call_soon_threadsafe(function)

    watcher = FileWatcher(
        (jobs,),
        on_ready=lambda: call(on_change),
        on_changes=lambda _: call(on_change),
        on_failure=lambda _reason, _was_ready: call(over.set),
    )
    try:
        await over.wait()
    finally:
        watcher.stop()
