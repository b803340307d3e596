"""The room's source of events: the store, opened after the first paint, followed without a gap.

The store is imported only when it is needed, because that imports redis (0.2 s).
"""

import asyncio
import importlib
from typing import TYPE_CHECKING

from orchestra_core.errors import StoreUnavailable
from orchestra_core.models import Presence
from orchestra_core.settings import Settings
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.backend.protocols import EventSink

if TYPE_CHECKING:
    from orchestra_core.store.store import Store

FEED_LENGTH = 300  # number of events the feed begins with
_DELAYS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0)  # seconds between two attempts; the last one repeats


class StoreFollower:
    """An `EventSource` that reads the project's store, and keeps trying while it is away."""

    def __init__(self, project_id: str, settings: Settings) -> None:
        self._project_id = project_id
        self._settings = settings
        self._store: Store | None = None

    async def run(self, sink: EventSink) -> None:
        """Feed `sink` until cancelled."""
        # In a thread, so that the room answers keys while the modules load.
        await asyncio.to_thread(importlib.import_module, "orchestra_core.store.open_store")
        failures = 0
        while True:
            try:
                await self._follow(sink)
                failures = 0
            except StoreUnavailable as error:
                sink.disconnected(str(error))
            await asyncio.sleep(_DELAYS[min(failures, len(_DELAYS) - 1)])
            failures += 1

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        """Return the last `count` reports of one worker; none while there is no store."""
        store = self._store
        return await store.activity(chamber_id, count) if store is not None else []

    async def transcript(self, chamber_id: str, count: int) -> list[TranscriptEntry]:
        """Return the last `count` entries of a transcript; none while there is no store."""
        store = self._store
        return await store.transcript(chamber_id, count) if store is not None else []

    async def _follow(self, sink: EventSink) -> None:
        from orchestra_core.store.follow import (  # noqa: PLC0415 - after the first paint
            Arrived,
            ClonesHeard,
            Disconnected,
            PresenceChanged,
            Reconnected,
            Snapshot,
        )
        from orchestra_core.store.open_store import open_store  # noqa: PLC0415 - as above

        async with open_store(self._project_id, self._settings) as store:
            self._store = store
            try:
                async for update in store.follow():
                    match update:
                        case Snapshot(state=state):
                            recent = await store.last_events(FEED_LENGTH)
                            sink.snapshot(state, [e for e in recent if e.seq <= state.seq])
                        case Arrived(events=events):
                            sink.arrived(events)
                        case PresenceChanged(presence=presence):
                            sink.presence_changed(presence)
                        case ClonesHeard(heartbeats=heartbeats):
                            sink.clones_heard(heartbeats)
                        case Disconnected(reason=reason):
                            sink.disconnected(reason)
                        case Reconnected():
                            sink.reconnected()
            finally:
                self._store = None
