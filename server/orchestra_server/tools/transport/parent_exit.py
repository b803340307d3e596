"""Notices the end of the process that started this one, without polling.

When a client is killed, our stdin is closed, unless another process has inherited its other end:
then no end of file ever comes.
"""

import os
import select
import sys
from contextlib import suppress


class ParentExit:
    """A descriptor that becomes readable when the parent ends; -1 if the system has none.

    Without the descriptor, `has_happened` must be polled.
    """

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._descriptor = -1
        with suppress(OSError):
            self._descriptor = self._open()

    @property
    def descriptor(self) -> int:
        """The descriptor to wait for."""
        return self._descriptor

    def has_happened(self) -> bool:
        """Tell whether this process has got another parent."""
        return os.getppid() != self._parent

    def close(self) -> None:
        """Stop watching."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> int:
        if sys.platform == "linux":
            return os.pidfd_open(self._parent)  # Linux 5.3
        if sys.platform == "darwin":
            queue = select.kqueue()
            watch = select.kevent(
                self._parent,
                select.KQ_FILTER_PROC,
                select.KQ_EV_ADD | select.KQ_EV_ONESHOT,
                select.KQ_NOTE_EXIT,
            )
            queue.control([watch], 0)
            descriptor = os.dup(queue.fileno())
            queue.close()
            return descriptor
        return -1
