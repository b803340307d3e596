"""Waits for the removal of the repository, which leaves nothing to serve."""

import asyncio
import sys
from pathlib import Path

from orchestra_core.daemon.daemon_files import daemon_lock


async def wait_for_removal(common_dir: Path) -> None:
    """Return once the daemon's lock file is gone; never where the system cannot report that.

    It watches the lock because a directory is not reported as removed while a removed file in it is
    still open.
    """
    if sys.platform != "linux":
        await asyncio.Event().wait()
    await asyncio.to_thread(__import__, "asyncinotify")  # it looks for the C library: 0.1 s
    from asyncinotify import Inotify, Mask  # noqa: PLC0415 - only Linux has it

    lock = Path(daemon_lock(common_dir))
    with Inotify() as inotify:
        news = Mask.DELETE | Mask.MOVED_FROM | Mask.DELETE_SELF | Mask.MOVE_SELF | Mask.ONLYDIR
        for folder in (lock.parent, common_dir):
            inotify.add_watch(str(folder), news)  # pyright: ignore[reportUnknownMemberType] - its PathLike
            news = Mask.MOVE_SELF | Mask.ONLYDIR
        while lock.exists():  # noqa: ASYNC240 - one look after each event
            await inotify.get()
