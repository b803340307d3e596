"""The daemon's store: open, out of reach for a reason, or not tried yet."""

import asyncio

from orchestra_core.errors import OrchestraError, StoreUnavailable
from orchestra_core.store.store import Store


class ServedStore:
    """The store for callers, who wait for the first attempt to open it, but not longer."""

    def __init__(self) -> None:
        self._tried = asyncio.Event()
        self._store: Store | None = None
        self._fault = "the daemon is ending; try again"

    def opened(self, store: Store) -> None:
        """Note that the store can be used."""
        self._store = store
        self._tried.set()

    def closed(self, fault: OrchestraError | None = None) -> None:
        """Note that the store cannot be used, and why."""
        self._store = None
        if fault is not None:
            self._fault = str(fault)
            self._tried.set()

    async def use(self) -> Store:
        """Return the open store; raises StoreUnavailable."""
        await self._tried.wait()
        if self._store is None:
            raise StoreUnavailable(self._fault)
        return self._store
