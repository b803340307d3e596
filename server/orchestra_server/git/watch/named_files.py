"""Being told when one of some files comes, changes or goes, by inotify(7)."""

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
    """Yield once it watches, and after each change of one of the files; asleep in between.

    A file need not exist, nor its directory. `files` is asked again after each change. Raises
    OSError where the system grants no watch.
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
    """Return the nearest directory above a path that exists, and what is to come in it."""
    while not path.parent.is_dir() and path.parent != path:
        path = path.parent
    return path.parent, path.name


def _tells(event: InotifyEvent, names: dict[int, set[str]]) -> bool:
    return bool(event.mask & _OF_ALL) or event.name in names.get(event.watch, ())
