"""Waits for the end of the repository at its place, after which there is nothing to serve here."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path

from orchestra_core.daemon.daemon_files import daemon_lock
from orchestra_server.git.watch.inotify import (
    DELETE,
    DELETE_SELF,
    MOVE_SELF,
    MOVED_FROM,
    ONLY_DIRECTORY,
    Inotify,
)


async def wait_for_removal(common_dir: Path) -> None:
    """Return once the daemon's lock file is not there; never, if the system cannot report that.

    It watches the lock, because a directory is not reported as removed while a removed file in it
    is still open. A repository is moved by any of the directories above it, too.
    """
    if sys.platform != "linux":
        await asyncio.Event().wait()
    lock = Path(daemon_lock(common_dir))
    with Inotify() as inotify:
        news = DELETE | MOVED_FROM | DELETE_SELF | MOVE_SELF | ONLY_DIRECTORY
        for folder in (lock.parent, common_dir):
            inotify.add(str(folder), news)
            news = MOVE_SELF | ONLY_DIRECTORY
        for folder in common_dir.parents:
            with suppress(OSError):  # some of them may not be read
                inotify.add(str(folder), MOVE_SELF | ONLY_DIRECTORY)
        while lock.exists():  # noqa: ASYNC240 - one look after each event
            await inotify.wait()
