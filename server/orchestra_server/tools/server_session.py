"""The project and store that a server process works on, opened when first needed."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from orchestra_core.clock import Clock, now_ms
from orchestra_core.clone.clone_id import is_disputed
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.daemon.keep_daemon import KeptDaemon, kept_daemon
from orchestra_core.errors import OrchestraError, Unavailable, unavailable
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.clones.registration import register_clone
from orchestra_server.usecases.common.after_commit import show_every_task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.reconcile.reconcile import reconcile

if TYPE_CHECKING:
    from orchestra_core.replies.reconcile import Reconciled
    from orchestra_core.store.store import Store

# Seconds; a private server answers within a tenth of a second.
_SHUTDOWN_SECONDS = 2.0
DISPUTE_LOOK_SECONDS = 5.0  # a dispute over the clone's id ends within two minutes
KeepDaemon: TypeAlias = Callable[[Project, Settings], AbstractAsyncContextManager["KeptDaemon"]]
_log = logging.getLogger(__name__)


class ServerSession:
    """Opens the store once per process and holds it, together with the private Valkey's lease.

    With the store it keeps the clone's daemon running, which delivers mail and watches chambers;
    `keep_daemon` does that.

    A server must start even without a repository or Redis: each call tries again and says in one
    line what is missing.
    """

    def __init__(
        self,
        settings: Settings,
        directory: Path,
        clock: Clock = now_ms,
        keep_daemon: KeepDaemon = kept_daemon,
    ) -> None:
        self._settings = settings
        self._live_settings = LiveSettings(settings, directory)
        self._directory = directory
        self._clock = clock
        self._keep_daemon = keep_daemon
        self._daemon: KeptDaemon | None = None
        self._project: Project | None = None
        self._stack: AsyncExitStack | None = None
        self._opening: asyncio.Task[Store] | None = None
        self._reconciling: asyncio.Task[Reconciled] | None = None
        self._background = Background()
        self._clones = set[str]()  # the ids this clone has had since the server started

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Serve calls within the block; open the store at once, so that no call waits for it."""
        async with AsyncExitStack() as stack:
            self._stack = stack
            startup = asyncio.create_task(self._start_up())
            try:
                yield
            finally:
                await self._end_reconciling(startup)
                await self._end_opening()
                await self._end_background()

    async def context(self, actor: str) -> Context:
        """Return the context for a call by `actor`; raises Unavailable or BadInput in one line."""
        project = self.project()
        store = await self._store_of(project)
        if self._daemon is not None:
            self._daemon.needed()
        await take_in_spool(store, project.git_dir, self._clock)
        context = Context(
            store=store,
            project=project,
            settings=self._live_settings.now(),
            actor=actor,
            clock=self._clock,
            background=self._background,
            asks_daemon=self._daemon is not None,
        )
        clone = context.clone
        self._clones.add(clone)
        return replace(context, earlier_clones=frozenset(self._clones - {clone, ""}))

    def project(self) -> Project:
        """Return the project of this server's directory; raises BadInput in one line."""
        if self._project is None or not self._project.git_dir.is_dir():  # removed, or moved away
            self._project = find_project(self._directory, self._settings.project)
        return self._project

    async def _store_of(self, project: Project) -> "Store":
        stack = self._stack
        if stack is None:
            raise Unavailable("the server is shutting down; start it again and repeat the call")
        opening = self._opening
        if opening is None or (opening.done() and opening.exception() is not None):
            opening = self._opening = asyncio.create_task(self._open(stack, project))
        # A cancelled call must not leave a half-opened store behind.
        return await asyncio.shield(opening)

    async def _open(self, stack: AsyncExitStack, project: Project) -> "Store":
        store = await stack.enter_async_context(open_store(project.id, self._settings))
        try:
            await register_clone(store, project)
        except Unavailable as fault:  # a repository that cannot be written can still be read
            _log.warning("%s", fault)
        self._daemon = await stack.enter_async_context(self._keep_daemon(project, self._settings))
        return store

    async def _start_up(self) -> None:
        """Open the store, and repair what dead processes left behind."""
        try:
            context = await self.context("")
            # What is half done may belong to another machine.
            while is_disputed(context.project.git_dir):  # noqa: ASYNC110 - a file says so
                await asyncio.sleep(DISPUTE_LOOK_SECONDS)
            self._reconciling = asyncio.create_task(reconcile(context))
            await asyncio.shield(self._reconciling)
            # The projections may not yet show the last change of a killed server.
            await show_every_task(context)
        except OrchestraError as error:
            _log.warning("%s", error)
        except OSError as fault:
            _log.warning("%s", unavailable(fault))
        except Exception:  # noqa: BLE001 - no fault of it may leave the client without its tools
            _log.exception("reconciling failed; 'orchestra reconcile' tries again")

    async def _end_reconciling(self, startup: asyncio.Task[None]) -> None:
        """Wait for a running repair; cancel one that is still waiting for the repository lock."""
        startup.cancel()
        if self._reconciling is not None:
            await asyncio.wait([self._reconciling], timeout=_SHUTDOWN_SECONDS)
            self._reconciling.cancel()
            await asyncio.gather(self._reconciling, return_exceptions=True)
        await asyncio.gather(startup, return_exceptions=True)

    async def _end_background(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_SHUTDOWN_SECONDS):
                await self._background.finish()

    async def _end_opening(self) -> None:
        """Wait for an opening in progress, so that the store it opens is closed again."""
        self._stack = None
        if self._opening is not None:
            await asyncio.wait([self._opening], timeout=_SHUTDOWN_SECONDS)
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
