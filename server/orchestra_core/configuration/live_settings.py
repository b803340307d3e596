"""The settings of a process that runs for days: a changed file is read again."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from orchestra_core.configuration.config_files import repository_file, user_file
from orchestra_core.errors import OrchestraError
from orchestra_core.settings import Settings, read_settings

_FileState = tuple[int, int, int]  # mtime, size and inode


class LiveSettings:
    """Checks the files whenever it is asked for the settings; nothing watches them."""

    def __init__(
        self,
        settings: Settings,
        directory: Path,
        on_change: Callable[[Settings], None] = lambda _: None,
    ) -> None:
        """Start from `settings`, which were just read for `directory`."""
        self._settings = settings
        self._directory = directory
        self._on_change = on_change
        self._files = self._look()

    def now(self) -> Settings:
        """Return what the environment and the files say now; the store's address stays the same."""
        files = self._look()
        if files != self._files:
            self._files = files
            self._read()
        return self._settings

    def _read(self) -> None:
        try:
            fresh = read_settings(directory=self._directory)
        except OrchestraError:  # only a variable causes it, and all were right at the start
            return
        former = self._settings
        self._settings = replace(
            fresh,
            redis_url=former.redis_url,
            state_dir=former.state_dir,
            runtime_dir=former.runtime_dir,
            project=former.project,
        )
        if self._settings != former:
            self._on_change(self._settings)

    def _look(self) -> tuple[_FileState | None, ...]:
        places = (user_file(os.environ), repository_file(self._directory))
        return tuple(_state(place) if place is not None else None for place in places)


def _state(path: Path) -> _FileState | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
