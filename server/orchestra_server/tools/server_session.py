"""Where the calls of one server run act: the project and its store, opened when first needed."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_core.clock import Clock, now_ms
from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.after_commit import show_all
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.background_tasks import Background
from orchestra_server.usecases.conflicts.radar_duty import radar_on_duty
from orchestra_server.usecases.delivery.delivery_loop import mail_on_duty
from orchestra_server.usecases.reconcile.reconcile import reconcile

if TYPE_CHECKING:
    from orchestra_core.replies.reconcile import Reconciled
    from orchestra_core.store.store import Store

# Seconds; a private server answers within a tenth of one.
_PATIENCE = 2.0
_log = logging.getLogger(__name__)


class Workplace:
    """Opens the store once per server run and holds it, and with it the private Valkey's lease.

    With the store come the radar's and the postman's duty, each of which one server of the
    repository has at a time.

    A server must start where there is no repository or no Redis yet: each call tries again and
    says in one line what is missing.
    """

    def __init__(self, settings: Settings, directory: Path, clock: Clock = now_ms) -> None:
        self._settings = settings
        self._directory = directory
        self._clock = clock
        self._project: Project | None = None
        self._stack: AsyncExitStack | None = None
        self._opening: asyncio.Task[Store] | None = None
        self._reconciling: asyncio.Task[Reconciled] | None = None
        self._background = Background()

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Let calls be answered within; begins opening at once so that the first need not wait."""
        async with AsyncExitStack() as stack:
            self._stack = stack
            early = asyncio.create_task(self._open_early())
            try:
                yield
            finally:
                await self._end_reconciling(early)
                await self._end_opening()
                await self._end_background()

    async def context(self, actor: str) -> Context:
        """Return where a verb acts for `actor`; raises Unavailable or BadInput in one line."""
        if self._project is None or not self._project.git_dir.is_dir():  # gone, or moved away
            self._project = find_project(self._directory, self._settings.project)
        return Context(
            store=await self._store_of(self._project),
            project=self._project,
            settings=self._settings,
            actor=actor,
            clock=self._clock,
            background=self._background,
        )

    async def _store_of(self, project: Project) -> "Store":
        stack = self._stack
        if stack is None:
            raise Unavailable("the server is shutting down; start it again and repeat the call")
        opening = self._opening
        if opening is None or (opening.done() and opening.exception() is not None):
            opening = self._opening = asyncio.create_task(self._open(stack, project))
        # A call that its client gives up must not leave a half-opened store behind.
        return await asyncio.shield(opening)

    async def _open(self, stack: AsyncExitStack, project: Project) -> "Store":
        store = await stack.enter_async_context(open_store(project.id, self._settings))
        await stack.enter_async_context(mail_on_duty(store, project, self._clock))
        await stack.enter_async_context(radar_on_duty(store, project, self._clock))
        return store

    async def _open_early(self) -> None:
        """Open the store, and mend what processes that are gone have left."""
        try:
            context = await self.context("")
            self._reconciling = asyncio.create_task(reconcile(context))
            await asyncio.shield(self._reconciling)
            # A server that was killed may have answered a change that its files do not show.
            await show_all(context)
        except OrchestraError as error:
            _log.warning("%s", error)
        except Exception:  # noqa: BLE001 - no fault of it may leave the client without its tools
            _log.exception("reconciling failed; 'orchestra reconcile' tries again")

    async def _end_reconciling(self, early: asyncio.Task[None]) -> None:
        """Let a mending come to its end; one that still waits for others' turn is given up."""
        early.cancel()
        if self._reconciling is not None:
            await asyncio.wait([self._reconciling], timeout=_PATIENCE)
            self._reconciling.cancel()
            await asyncio.gather(self._reconciling, return_exceptions=True)
        await asyncio.gather(early, return_exceptions=True)

    async def _end_background(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await self._background.finish()

    async def _end_opening(self) -> None:
        """Let an opening that is under way come to its end, so that what it got is given back."""
        self._stack = None
        if self._opening is not None:
            await asyncio.wait([self._opening], timeout=_PATIENCE)
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
