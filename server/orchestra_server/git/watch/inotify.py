"""inotify(7), with which Linux reports changes in directories; a process sleeps until then."""

import asyncio
import ctypes
import os
import struct
from contextlib import suppress
from typing import NamedTuple, Self

MODIFY, ATTRIB, CLOSE_WRITE = 0x2, 0x4, 0x8
MOVED_FROM, MOVED_TO, CREATE, DELETE = 0x40, 0x80, 0x100, 0x200
DELETE_SELF, MOVE_SELF = 0x400, 0x800
OVERFLOW, IGNORED, IS_DIRECTORY = 0x4000, 0x8000, 0x40000000
ONLY_DIRECTORY, DONT_FOLLOW = 0x1000000, 0x2000000
_HEAD = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_BUFFER = 65_536


class InotifyEvent(NamedTuple):
    """What happened to something in a watched directory, or with "" to the directory itself."""

    watch: int
    mask: int
    name: str


class Inotify:
    """One inotify instance; raises OSError if the system grants no more of them."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self.descriptor: int = self._libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
        if self.descriptor < 0:
            raise _last_error("")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.descriptor)

    def add(self, path: str, mask: int) -> int:
        """Watch a place and return the watch's number; raises OSError.

        Two names of one directory have one watch.
        """
        watch: int = self._libc.inotify_add_watch(self.descriptor, os.fsencode(path), mask)
        if watch < 0:
            raise _last_error(path)
        return watch

    def remove(self, watch: int) -> None:
        """End a watch; an event IGNORED follows."""
        self._libc.inotify_rm_watch(self.descriptor, watch)

    def read(self) -> list[InotifyEvent]:
        """Return what has happened, without waiting for it."""
        events = list[InotifyEvent]()
        with suppress(BlockingIOError):
            while data := os.read(self.descriptor, _BUFFER):
                offset = 0
                while offset < len(data):
                    watch, mask, _, length = _HEAD.unpack_from(data, offset)
                    start = offset + _HEAD.size
                    name = os.fsdecode(data[start : start + length].rstrip(b"\0"))
                    events.append(InotifyEvent(watch, mask, name))
                    offset = start + length
        return events

    async def wait(self) -> list[InotifyEvent]:
        """Wait until something happens, and return that."""
        while not (events := self.read()):
            await self._readable()
        return events

    async def _readable(self) -> None:
        loop, readable = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self.descriptor)


def _last_error(path: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), path)
