"""Deletes what commands have left, including folders that are not writable."""

import os
import shutil
from contextlib import suppress
from pathlib import Path

_OWNER = 0o700


def remove_tree(place: Path) -> None:
    """Delete a directory and its content, as far as possible."""
    shutil.rmtree(place, ignore_errors=True)
    if place.is_dir():  # Go's module cache, for example, is read-only
        _make_writable(place)
        shutil.rmtree(place, ignore_errors=True)


def _make_writable(place: Path) -> None:
    folders = [str(place)]
    while folders:
        folder = folders.pop()
        with suppress(OSError):
            os.chmod(folder, _OWNER)  # noqa: PTH101 - a name that need not be text
            with os.scandir(folder) as entries:
                folders += [e.path for e in entries if e.is_dir(follow_symlinks=False)]
