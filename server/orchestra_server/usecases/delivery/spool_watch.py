"""Watches the spool, to notice at once that a hook has left a file, without polling."""

import asyncio
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from orchestra_server.files.spool.spool_folder import make_spool, spool_folder
from orchestra_server.git.watch.file_watcher import FileWatcher
from orchestra_server.git.watch.inotify import CLOSE_WRITE, IGNORED, MOVED_TO, Inotify

_PAUSE_S = 1.0
_log = logging.getLogger(__name__)


async def watch_spool(common_dir: Path, on_change: Callable[[], None]) -> None:
    """Call `on_change` after each change of the spool, until cancelled.

    On Linux the kernel wakes us for every file. Elsewhere a thread of watchfiles, which wakes five
    times a second, reports changes. If neither works, that is logged, and the spool is taken in
    only when somebody reads the state.
    """
    try:
        if sys.platform == "linux":
            await _watch_by_inotify(common_dir, on_change)
        else:
            await watch_by_thread(common_dir, on_change)
    except OSError as fault:
        _log.warning("the spool %s cannot be watched (%s)", spool_folder(common_dir), fault)


async def _watch_by_inotify(common_dir: Path, on_change: Callable[[], None]) -> None:
    while True:
        with Inotify() as inotify:
            inotify.add(str(make_spool(common_dir)), CLOSE_WRITE | MOVED_TO)
            on_change()  # files from before the watch
            while not any(event.mask & IGNORED for event in await inotify.wait()):
                on_change()
            # Somebody has removed the folder.
        await asyncio.sleep(_PAUSE_S)


async def watch_by_thread(common_dir: Path, on_change: Callable[[], None]) -> None:
    """Do the same in a thread of watchfiles, for other systems."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def call(function: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the event loop has ended before this thread
            loop.call_soon_threadsafe(function)

    def fail(reason: str, _was_ready: bool) -> None:  # noqa: FBT001 - as FileWatcher calls it
        _log.warning("the spool %s cannot be watched (%s)", spool_folder(common_dir), reason)
        call(over.set)

    watcher = FileWatcher(
        (make_spool(common_dir),),
        on_ready=lambda: call(on_change),
        on_changes=lambda _: call(on_change),
        on_failure=fail,
    )
    try:
        await over.wait()
    finally:
        watcher.stop()
