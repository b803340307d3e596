"""Messages of a subscription, gathered until someone asks: what came together is taken together."""

import asyncio
from types import TracebackType
from typing import Protocol, Self, TypeAlias

from orchestra_core.errors import StoreUnavailable

Heard: TypeAlias = tuple[bytes, bytes]  # channel and payload

# Above this many unread messages all are dropped: the stream has them anyway.
MOST_UNREAD = 10_000


class Hearing(Protocol):
    """A connection that waits for the next message."""

    async def hear(self) -> Heard:
        """Return the next message; raises StoreUnavailable when there will be none."""
        ...


class SubscriptionBuffer:
    """Reads a subscription in the background for as long as it is entered."""

    def __init__(self, subscription: Hearing) -> None:
        self._subscription = subscription
        self._unread: list[Heard] = []
        self._failure: StoreUnavailable | None = None
        self._rung = asyncio.Event()
        self._overflowed = False
        self._reader: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    async def wait(self, seconds: float) -> list[Heard]:
        """Return all messages that have come; wait for the first.

        Returns [] after `seconds`, or if messages were dropped: then the stream must be read.
        After a failure, raises StoreUnavailable once every message before it has been returned.
        """
        if not self._rung.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await self._rung.wait()
            except TimeoutError:
                return []
        if self._overflowed:
            self._overflowed = False
            self._take()
            return []
        heard = self._take()
        if not heard and self._failure is not None:
            raise self._failure
        return heard

    def _take(self) -> list[Heard]:
        heard, self._unread = self._unread, []
        if self._failure is None:
            self._rung.clear()
        return heard

    async def _read(self) -> None:
        try:
            while True:
                heard = await self._subscription.hear()
                if len(self._unread) < MOST_UNREAD:
                    self._unread.append(heard)
                else:
                    self._overflowed = True
                self._rung.set()
        except StoreUnavailable as failure:
            self._failure = failure
            self._rung.set()
