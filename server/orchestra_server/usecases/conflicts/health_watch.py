"""Watches the files that show a chamber's health, to notice changes of it at once."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from contextlib import aclosing, suppress
from pathlib import Path

from orchestra_core.models import Chamber
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.watch.named_files import file_changes
from orchestra_server.usecases.health.observe_chamber import NOWHERE, worktree_record


def health_files(git_dir: Path, chambers: Iterable[Chamber]) -> frozenset[Path]:
    """Return the files that the health of chambers depends on. Blocking.

    Those are each chamber's directory, link to git, hook and HEAD, and the common stash.
    """
    files = set[Path]()
    for chamber in chambers:
        path = Path(chamber.path)
        files |= {path, path / ".git", path / HOOK_SETTINGS}
        record = worktree_record(path)
        if record != NOWHERE:
            files.add(record / "HEAD")
    return frozenset(files | {git_dir / "refs" / "stash"}) if files else frozenset()


class HealthWatch:
    """Calls `on_change` once it watches the files, and after each change of one.

    Works on Linux only.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._files = frozenset[Path]()
        self._watching: asyncio.Task[None] | None = None
        self.tells = False  # whether changes are reported now

    def watch(self, files: frozenset[Path]) -> None:
        """Watch these files from now on, instead of the earlier ones."""
        if files == self._files and self._watching is not None and not self._watching.done():
            return
        self.stop()
        self._files = files
        if files and sys.platform == "linux":
            self._watching = asyncio.create_task(self._tell())

    def stop(self) -> None:
        """Stop watching."""
        self.tells = False
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _tell(self) -> None:
        with suppress(OSError):  # no watch is left, or none can be set there
            async with aclosing(file_changes(lambda: self._files)) as changes:
                async for _ in changes:
                    self.tells = True
                    self._on_change()
        self.tells = False
