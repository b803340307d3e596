"""Ends the process group of an agent whose daemon was killed."""

import contextlib
import os
import signal
import time

from orchestra_core.process.process_mark import is_running

_PATIENCE = 5.0  # seconds
_LOOK = 0.01


def end_process_group(mark: str) -> bool:
    """End the group led by the process of this mark; return whether it ran. Blocks.

    Another process that has got the same id since then is left alone.
    """
    if not is_running(mark):
        return False
    number = int(mark.partition("@")[0])
    with contextlib.suppress(OSError):
        if os.getpgid(number) == number:
            os.killpg(number, signal.SIGKILL)
        else:
            os.kill(number, signal.SIGKILL)
    until = time.monotonic() + _PATIENCE
    while is_running(mark) and time.monotonic() < until:
        time.sleep(_LOOK)
    return True
