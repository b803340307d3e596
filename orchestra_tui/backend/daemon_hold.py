"""The room's hold on the clone's daemon, and the lock that makes workers wait for its answers."""

from collections.abc import Callable
from contextlib import ExitStack, suppress
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
        """Hold the daemon until cancelled; report each change of whether it is held."""
        # Late: the room has already painted.
        from orchestra_core.daemon.answerers import answering  # noqa: PLC0415
        from orchestra_core.daemon.keep_daemon import KeptDaemon  # noqa: PLC0415

        self._kept = KeptDaemon(self._project, self._settings, on_change)
        with ExitStack() as stack:
            with suppress(OSError):  # in a repository that cannot be written no hook asks
                stack.enter_context(answering(self._project.git_dir))
            await self._kept.run()

    def needed(self) -> None:
        """Say that something has happened, so that a stopped daemon starts again."""
        if self._kept is not None:
            self._kept.needed()
