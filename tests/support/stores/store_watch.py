"""Reads a project's updates in tests; each wait has a limit."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

from orchestra_core.change import Change
from orchestra_core.events import Event
from orchestra_core.state import ProjectState
from orchestra_core.store.change_script import Committed
from orchestra_core.store.follow import Arrived, Snapshot, Update
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store

_SECONDS = 40.0


async def commit(store: Store, change: Change) -> Committed:
    """Commit a change that depends on nothing read."""

    async def decide(_: Reads) -> Change:
        return change

    return await store.transact(decide)


class Watch:
    """The updates that a follower got so far."""

    def __init__(self, updates: AsyncIterator[Update]) -> None:
        self._updates = updates
        self.seen = list[Update]()
        self.state = ProjectState()
        self.events = list[Event]()

    async def until(self, met: Callable[["Watch"], bool], seconds: float = _SECONDS) -> None:
        """Read updates until a condition holds."""
        async with asyncio.timeout(seconds):
            while not met(self):
                await self.next()

    async def next(self) -> Update:
        """Read the next update and apply it as a room would."""
        async with asyncio.timeout(_SECONDS):
            update = await anext(self._updates)
        self.seen.append(update)
        match update:
            case Snapshot(state):
                self.state = state
            case Arrived(events):
                for event in events:
                    assert self.state.apply(event), f"event {event.seq} came twice"
                    self.events.append(event)
            case _:
                pass
        return update


@asynccontextmanager
async def watching(store: Store) -> AsyncGenerator[Watch, None]:
    """Follow the store from its first snapshot on."""
    async with aclosing(store.follow()) as updates:
        watch = Watch(updates)
        await watch.next()
        yield watch
