"""Being told at once when a chamber may have come into disorder, or into order again."""

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
    """Return what the health of chambers depends on, as far as single files tell it. Blocking.

    That is each one's directory, its link to git, its hook, and which branch is checked out; and
    the stash of all.
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
    """Calls `on_change` once it watches some files, and after each change of one.

    Other systems than Linux tell of none.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._files = frozenset[Path]()
        self._watching: asyncio.Task[None] | None = None
        self.tells = False  # whether changes are told now

    def watch(self, files: frozenset[Path]) -> None:
        """Watch these files from now on, in place of those before."""
        if files == self._files and self._watching is not None and not self._watching.done():
            return
        self.stop()
        self._files = files
        if files and sys.platform == "linux":
            self._watching = asyncio.create_task(self._tell())

    def stop(self) -> None:
        """Tell nothing more."""
        self.tells = False
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None

    async def _tell(self) -> None:
        with suppress(OSError):  # no watch is left, or none may be had there
            async with aclosing(file_changes(lambda: self._files)) as changes:
                async for _ in changes:
                    self.tells = True
                    self._on_change()
        self.tells = False
