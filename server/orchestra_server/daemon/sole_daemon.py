"""Lets one daemon serve a clone: the lock that it takes before it loads anything else.

Commands that start at once each start a daemon. Those that lose leave before they have loaded what
takes most of a daemon's memory and start, so this module imports little.
"""

import os
import time
from collections.abc import Generator
from contextlib import contextmanager

from orchestra_core.clone.common_directory import common_directory
from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.daemon.daemon_files import Directory, daemon_lock, make_daemon_directories
from orchestra_core.errors import Unavailable, unavailable
from orchestra_core.process.file_lock import open_lock_file, try_lock_exclusive

# Seconds to wait for the previous daemon's end.
_LOCK_PATIENCE = 10.0
_ANSWER_WITHIN = 1.0
_LOOK_AGAIN = 0.02


@contextmanager
def sole_daemon(directory: Directory) -> Generator[None]:
    """Hold the daemon's lock of the clone that a directory is in; outside a clone there is none.

    Raises Unavailable if another daemon serves the clone or its files cannot be made.
    """
    _, common_dir = common_directory(os.path.realpath(directory))
    if not common_dir:
        yield
        return
    try:
        make_daemon_directories(common_dir)
        descriptor = open_lock_file(daemon_lock(common_dir))
    except OSError as fault:
        raise unavailable(fault) from fault
    try:
        _take(descriptor, common_dir)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, common_dir: str) -> None:
    until = time.monotonic() + _LOCK_PATIENCE
    while not try_lock_exclusive(descriptor):
        answers = ask_daemon(common_dir, {"call": "about"}, _ANSWER_WITHIN) is not None
        if answers or time.monotonic() > until:
            raise Unavailable(f"another daemon serves {common_dir}; 'orchestra down' stops it")
        time.sleep(_LOOK_AGAIN)
