"""Watches directory trees for changes with inotify(7); a watch sleeps until there is one.

`watchfiles` does the same on every system, but polls five times a second.
"""

import os
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from orchestra_server.git.watch.inotify import (
    ATTRIB,
    CREATE,
    DELETE,
    DELETE_SELF,
    DONT_FOLLOW,
    IGNORED,
    IS_DIRECTORY,
    MODIFY,
    MOVE_SELF,
    MOVED_FROM,
    MOVED_TO,
    OVERFLOW,
    Inotify,
    InotifyEvent,
)

_NEWS = CREATE | DELETE | MOVED_FROM | MOVED_TO | MODIFY | ATTRIB | DELETE_SELF | MOVE_SELF
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
    first, or when it ends. `on_ready` is called once no change can be missed. A missing path is
    skipped. Raises OSError.
    """
    with Inotify() as inotify:
        watches = _Watches(inotify, is_recursive)
        for path in paths:
            watches.add_root(path)
        on_ready()
        poll = select.poll()
        poll.register(inotify.descriptor, select.POLLIN)
        poll.register(ended, select.POLLIN)
        is_over = False
        while not is_over:
            is_over = _is_over(poll.poll(), ended)
            until = time.monotonic() + latest
            changed = watches.read()
            while not is_over and (seconds := min(quiet, until - time.monotonic())) > 0:
                if not (news := poll.poll(seconds * 1_000)):
                    break
                is_over = _is_over(news, ended)
                changed |= watches.read()
            if changed:
                yield sorted(changed)


def _is_over(news: Iterable[tuple[int, int]], ended: socket.socket) -> bool:
    return ended.fileno() in {descriptor for descriptor, _ in news}


@dataclass(slots=True)
class _Watches:
    """The watches of whole trees, one for each directory."""

    inotify: Inotify
    is_recursive: bool
    roots: list[str] = field(default_factory=list[str])
    places: dict[int, str] = field(default_factory=dict[int, str])

    def add_root(self, path: str) -> None:
        """Watch a place if it exists; raises OSError if the system grants no watch."""
        self.roots.append(path)
        with suppress(*_NOT_THERE):
            self._add(path, 0)
        for directory in self._directories(path):
            with suppress(*_NOT_THERE):
                self._add(directory, DONT_FOLLOW)

    def read(self) -> set[str]:
        """Return the paths that have changed; new directories are watched from now on."""
        return {path for event in self.inotify.read() for path in self._take(event)}

    def _take(self, event: InotifyEvent) -> set[str]:
        watch, mask, name = event
        if mask & OVERFLOW:  # unknown changes
            for root in self.roots:
                self._add_below(root)
            return set(self.roots)
        place = self.places.get(watch)
        if place is None:
            return set()
        if mask & IGNORED:
            del self.places[watch]
            return set()
        path = f"{place}{os.sep}{name}" if name else place
        if self.is_recursive and mask & IS_DIRECTORY:
            if mask & MOVED_FROM:
                self._remove_below(path)
            elif mask & (CREATE | MOVED_TO):
                return {path, *self._add_below(path)}
        return {path}

    def _add_below(self, top: str) -> list[str]:
        """Watch a new directory, and return its content, which may be older than the watch."""
        entries = list[str]()
        for directory in chain((top,), self._directories(top)):
            # Running out of watches is noticed elsewhere; all other directories are watched.
            with suppress(OSError):
                self._add(directory, DONT_FOLLOW)
                entries += [entry.path for entry in os.scandir(directory)]
        return entries

    def _directories(self, top: str) -> Iterator[str]:
        """Yield the directories below one; each is read after it was yielded."""
        pending = [top] if self.is_recursive else []
        while pending:
            with suppress(OSError), os.scandir(pending.pop()) as entries:
                below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
                yield from below
                pending += below

    def _add(self, path: str, flags: int) -> None:
        self.places[self.inotify.add(path, _NEWS | flags)] = path

    def _remove_below(self, top: str) -> None:
        below = f"{top}{os.sep}"
        gone = [w for w, place in self.places.items() if place == top or place.startswith(below)]
        for watch in gone:
            self.inotify.remove(watch)
            del self.places[watch]
