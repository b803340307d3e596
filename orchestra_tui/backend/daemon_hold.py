"""The room's own hold on the clone's daemon, so that it can say when there is none."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from orchestra_core.project import Project
from orchestra_core.settings import Settings

if TYPE_CHECKING:
    from orchestra_core.daemon.keep_daemon import KeptDaemon


class DaemonHold:
    """Keeps the daemon while the room is open."""

    def __init__(self, project: Project, settings: Settings) -> None:
        self._project = project
        self._settings = settings
        self._kept: KeptDaemon | None = None

    async def run(self, on_change: Callable[[bool], None]) -> None:
        """Hold the daemon until cancelled; say each time whether it is held."""
        # Late: the room has painted by now.
        from orchestra_core.daemon.keep_daemon import KeptDaemon  # noqa: PLC0415

        self._kept = KeptDaemon(self._project, self._settings, on_change)
        await self._kept.run()

    def needed(self) -> None:
        """Say that something has happened: a daemon that was stopped starts again."""
        if self._kept is not None:
            self._kept.needed()
