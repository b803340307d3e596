"""Watches directory trees by inotify(7) for changes; a watch sleeps until there is one.

`watchfiles` does the same on every system, but it looks for news five times a second.
"""

import ctypes
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain

_CREATE, _DELETE, _MOVED_FROM, _MOVED_TO = 0x100, 0x200, 0x40, 0x80
_MODIFY, _ATTRIB, _DELETE_SELF, _MOVE_SELF = 0x2, 0x4, 0x400, 0x800
_NEWS = _CREATE | _DELETE | _MOVED_FROM | _MOVED_TO | _MODIFY | _ATTRIB | _DELETE_SELF | _MOVE_SELF
_DONT_FOLLOW = 0x2000000
_OVERFLOW, _IGNORED, _IS_DIRECTORY = 0x4000, 0x8000, 0x40000000
_EVENT = struct.Struct("iIII")  # watch, mask, cookie, length of the name
_BUFFER = 65_536
_NOT_THERE = (FileNotFoundError, NotADirectoryError, PermissionError)


def watch_trees(
    paths: Iterable[str],
    ended: socket.socket,
    on_ready: Callable[[], None],
    *,
    is_recursive: bool,
    quiet: float,
    latest: float,
) -> Iterator[list[str]]:
    """Yield changed paths until the other side of `ended` is closed.

    They come after `quiet` seconds without a change, at the latest `latest` seconds after the
    first. `on_ready` is called once no change can be missed. A missing path is skipped. Raises
    OSError.
    """
    with _open_watches(is_recursive=is_recursive) as watches:
        for path in paths:
            watches.add_root(path)
        on_ready()
        poll = select.poll()
        poll.register(watches.descriptor, select.POLLIN)
        poll.register(ended, select.POLLIN)
        while not _is_over(poll.poll(), ended):
            until = time.monotonic() + latest
            changed = watches.read()
            while (seconds := min(quiet, until - time.monotonic())) > 0:
                if not (news := poll.poll(seconds * 1_000)):
                    break
                if _is_over(news, ended):
                    return
                changed |= watches.read()
            if changed:
                yield sorted(changed)


def _is_over(news: Iterable[tuple[int, int]], ended: socket.socket) -> bool:
    return ended.fileno() in {descriptor for descriptor, _ in news}


@contextmanager
def _open_watches(*, is_recursive: bool) -> Generator["_Watches"]:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_CLOEXEC | os.O_NONBLOCK)
    if descriptor < 0:
        raise _last_error("")
    try:
        yield _Watches(libc, descriptor, is_recursive)
    finally:
        os.close(descriptor)


def _last_error(path: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), path)


@dataclass(slots=True)
class _Watches:
    """One inotify instance: a watch for each directory."""

    libc: ctypes.CDLL
    descriptor: int
    is_recursive: bool
    roots: list[str] = field(default_factory=list[str])
    places: dict[int, str] = field(default_factory=dict[int, str])

    def add_root(self, path: str) -> None:
        """Watch a place, if it is there; raises OSError where the system grants no watch."""
        self.roots.append(path)
        with suppress(*_NOT_THERE):
            self._add(path, 0)
        for directory in self._directories(path):
            with suppress(*_NOT_THERE):
                self._add(directory, _DONT_FOLLOW)

    def read(self) -> set[str]:
        """Return the paths that have changed; new directories are watched from now on."""
        changed = set[str]()
        with suppress(BlockingIOError):
            while data := os.read(self.descriptor, _BUFFER):
                offset = 0
                while offset < len(data):
                    watch, mask, _, length = _EVENT.unpack_from(data, offset)
                    name = data[offset + _EVENT.size : offset + _EVENT.size + length]
                    changed |= self._take(watch, mask, os.fsdecode(name.rstrip(b"\0")))
                    offset += _EVENT.size + length
        return changed

    def _take(self, watch: int, mask: int, name: str) -> set[str]:
        if mask & _OVERFLOW:  # nobody knows what has changed
            for root in self.roots:
                self._add_below(root)
            return set(self.roots)
        place = self.places.get(watch)
        if place is None:
            return set()
        if mask & _IGNORED:
            del self.places[watch]
            return set()
        path = f"{place}{os.sep}{name}" if name else place
        if self.is_recursive and mask & _IS_DIRECTORY:
            if mask & _MOVED_FROM:
                self._remove_below(path)
            elif mask & (_CREATE | _MOVED_TO):
                return {path, *self._add_below(path)}
        return {path}

    def _add_below(self, top: str) -> list[str]:
        """Watch what has come, and return what is in it: it may be older than its watch."""
        entries = list[str]()
        for directory in chain((top,), self._directories(top)):
            # Whether watches have run out is asked elsewhere: all other directories are watched.
            with suppress(OSError):
                self._add(directory, _DONT_FOLLOW)
                entries += [entry.path for entry in os.scandir(directory)]
        return entries

    def _directories(self, top: str) -> Iterator[str]:
        """Yield the directories below one; each is looked into after it was yielded."""
        pending = [top] if self.is_recursive else []
        while pending:
            with suppress(OSError), os.scandir(pending.pop()) as entries:
                below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
                yield from below
                pending += below

    def _add(self, path: str, flags: int) -> None:
        watch = self.libc.inotify_add_watch(self.descriptor, os.fsencode(path), _NEWS | flags)
        if watch < 0:
            raise _last_error(path)
        self.places[watch] = path

    def _remove_below(self, top: str) -> None:
        below = f"{top}{os.sep}"
        gone = [w for w, place in self.places.items() if place == top or place.startswith(below)]
        for watch in gone:
            self.libc.inotify_rm_watch(self.descriptor, watch)
            del self.places[watch]
