"""Where the calls of one server run act: the project and its store, opened when first needed."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_core.clock import Clock, now_ms
from orchestra_core.errors import OrchestraError, Unavailable
from orchestra_core.project import find_project
from orchestra_core.settings import Settings
from orchestra_core.store.opening import open_store
from orchestra_server.conductor.context import Context

if TYPE_CHECKING:
    from orchestra_core.store.store import Store

_log = logging.getLogger(__name__)


class Workplace:
    """Opens the store once per server run and holds it, and with it the private Valkey's lease.

    A server must start where there is no repository or no Redis yet: each call tries again and
    says in one line what is missing.
    """

    def __init__(self, settings: Settings, directory: Path, clock: Clock = now_ms) -> None:
        self._settings = settings
        self._directory = directory
        self._clock = clock
        self._opening = asyncio.Lock()
        self._stack: AsyncExitStack | None = None
        self._store: Store | None = None

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Let calls be answered within; begins opening at once so that the first need not wait."""
        async with AsyncExitStack() as stack:
            self._stack = stack
            early = asyncio.create_task(self._open_early())
            try:
                yield
            finally:
                early.cancel()
                await asyncio.wait([early])
                self._stack = None
                self._store = None

    async def context(self, actor: str) -> Context:
        """Return where a verb acts for `actor`; raises Unavailable or BadInput in one line."""
        project = find_project(self._directory, self._settings.project)
        async with self._opening:
            if self._stack is None:
                raise Unavailable("the server is shutting down; start it again and repeat the call")
            store = self._store
            if store is None:
                store = await self._stack.enter_async_context(
                    open_store(project.id, self._settings)
                )
                self._store = store
        return Context(
            store=store,
            project=project,
            settings=self._settings,
            actor=actor,
            clock=self._clock,
        )

    async def _open_early(self) -> None:
        try:
            await self.context("")
        except OrchestraError as error:
            _log.warning("%s", error)
