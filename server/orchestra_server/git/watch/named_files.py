"""Watches single files with inotify(7): reports when one is created, changed or removed."""

import os
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path

from orchestra_server.git.watch.inotify import (
    ATTRIB,
    CLOSE_WRITE,
    CREATE,
    DELETE,
    DELETE_SELF,
    IGNORED,
    MOVE_SELF,
    MOVED_FROM,
    MOVED_TO,
    ONLY_DIRECTORY,
    OVERFLOW,
    Inotify,
    InotifyEvent,
)

_NEWS = ATTRIB | CLOSE_WRITE | CREATE | DELETE | DELETE_SELF | MOVE_SELF | MOVED_FROM | MOVED_TO
_OF_ALL = DELETE_SELF | MOVE_SELF | IGNORED | OVERFLOW


async def file_changes(files: Callable[[], Iterable[Path]]) -> AsyncGenerator[None]:
    """Yield once it is watching, and after each change of one of the files; sleeps in between.

    A file need not exist, nor its directory. `files` is called again after each change. Raises
    OSError if the system grants no watch.
    """
    while True:
        with Inotify() as inotify:
            names = dict[int, set[str]]()
            for path in files():
                for place in {path, Path(os.path.realpath(path))}:  # noqa: ASYNC240 - as short as a look
                    folder, name = _nearest(place)
                    watch = inotify.add(str(folder), _NEWS | ONLY_DIRECTORY)
                    names.setdefault(watch, set()).add(name)
            yield
            while not any(_tells(event, names) for event in await inotify.wait()):
                pass


def _nearest(path: Path) -> tuple[Path, str]:
    """Return the nearest existing directory above a path, and the name to wait for in it."""
    while not path.parent.is_dir() and path.parent != path:
        path = path.parent
    return path.parent, path.name


def _tells(event: InotifyEvent, names: dict[int, set[str]]) -> bool:
    return bool(event.mask & _OF_ALL) or event.name in names.get(event.watch, ())
