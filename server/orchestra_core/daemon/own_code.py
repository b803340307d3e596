"""Notices that the installed code has changed since this process began.

`pip install -U` replaces the files of running processes, as does `git pull` in an editable install.
What such a process imports afterwards may not fit what it has loaded.
"""

import os
from collections.abc import Iterator

import orchestra_core

_PACKAGES = ("orchestra_core", "orchestra_server")
_COMPILED = "__pycache__"


class OwnCode:
    """The files of the code as they were when this process began."""

    def __init__(
        self, place: str = os.path.dirname(os.path.dirname(orchestra_core.__file__))
    ) -> None:
        """`place` is the directory of the packages."""
        self._files = {file: _identity(file) for file in _files_of(place)}

    def has_changed(self) -> bool:
        """Tell whether a file was changed or removed; takes a millisecond or two."""
        return any(_identity(file) != identity for file, identity in self._files.items())


def _files_of(place: str) -> Iterator[str]:
    for package in _PACKAGES:
        for directory, folders, files in os.walk(os.path.join(place, package)):
            folders[:] = [folder for folder in folders if folder != _COMPILED]
            yield from (os.path.join(directory, file) for file in files)


def _identity(file: str) -> int:
    """Return a number for a file's content as the file system knows it, 0 for a missing file."""
    try:
        status = os.stat(file)
    except OSError:
        return 0
    return hash((status.st_mtime_ns, status.st_size, status.st_ino))
