"""The store as the room's source: real events on a real Valkey, patience while there is none."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.models import Heartbeat, Presence
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from orchestra_tui.backend.store_follower import StoreFollower
from tests.support.gallery.scene_states import event, presence, task
from tests.support.stores.valkey import Server, short_directory, valkey_binary
from tests.support.waiting import until


class Told:
    """A sink that remembers what it was told."""

    def __init__(self) -> None:
        self.snapshots: list[ProjectState] = []
        self.seqs: list[int] = []
        self.presences: list[Presence] = []
        self.reasons: list[str] = []
        self.back = 0
        self.heartbeats: dict[str, Heartbeat] = {}

    def snapshot(self, state: ProjectState, recent: Sequence[Event]) -> None:
        self.snapshots.append(state)
        self.seqs.extend(event.seq for event in recent)

    def arrived(self, events: Sequence[Event]) -> None:
        self.seqs.extend(event.seq for event in events)

    def presence_changed(self, presence: Presence) -> None:
        self.presences.append(presence)

    def clones_heard(self, heartbeats: Mapping[str, Heartbeat]) -> None:
        self.heartbeats = dict(heartbeats)

    def disconnected(self, reason: str) -> None:
        self.reasons.append(reason)

    def reconnected(self) -> None:
        self.back += 1


@asynccontextmanager
async def followed(
    project_id: str, settings: Settings
) -> AsyncGenerator[tuple[StoreFollower, Told]]:
    source, told = StoreFollower(project_id, settings), Told()
    running = asyncio.create_task(source.run(told))
    try:
        yield source, told
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def start(store: Store, number: int) -> None:
    document = task(f"task-{number}", f"Task {number}")

    async def decide(_reads: Reads) -> Change:
        happened = event(0, 0, "task.started", data=EventData(task=document))
        return Change(events=(happened,))

    await store.transact(decide)


async def test_the_feed_starts_with_the_history_and_continues_with_new_events(
    store: Store, project_id: str, settings: Settings
) -> None:
    await start(store, 1)
    async with followed(project_id, settings) as (_, told):
        await until(lambda: bool(told.snapshots))
        await start(store, 2)
        await until(lambda: told.seqs == [1, 2])
        assert set(told.snapshots[0].tasks) == {"task-1"}


async def test_presence_arrives_and_activity_can_be_read(
    store: Store, project_id: str, settings: Settings
) -> None:
    async with followed(project_id, settings) as (source, told):
        assert await source.activity("nobody", 5) == []
        await until(lambda: bool(told.snapshots))
        report = presence("auth", "Edit", "a.py", since=0)
        await store.report_presence(report)
        await until(lambda: told.presences == [report])
        assert await source.activity(report.chamber_id, 5) == [report]


async def test_an_unreachable_store_is_reported_and_waited_for(
    project_id: str, settings: Settings
) -> None:
    with short_directory() as directory:
        server = Server(valkey_binary(), directory)
        store_settings = replace(settings, redis_url=server.url)
        async with followed(project_id, store_settings) as (_, told):
            await until(lambda: bool(told.reasons))
            assert "\n" not in told.reasons[0]
            try:
                await asyncio.to_thread(server.start)
                await until(lambda: bool(told.snapshots))
            finally:
                await asyncio.to_thread(server.kill)


async def test_no_event_is_lost_when_the_store_is_killed(
    project_id: str, settings: Settings, tmp_path: Path
) -> None:
    with short_directory() as directory:
        server = Server(valkey_binary(), directory)
        await asyncio.to_thread(server.start)
        store_settings = replace(settings, redis_url=server.url)
        try:
            async with followed(project_id, store_settings) as (_, told):
                await until(lambda: bool(told.snapshots))
                async with open_store(project_id, store_settings) as store:
                    await start(store, 1)
                await asyncio.to_thread(server.kill)
                await until(lambda: bool(told.reasons))
                await asyncio.to_thread(server.start)
                async with open_store(project_id, store_settings) as store:
                    await start(store, 2)
                await until(lambda: told.seqs == [1, 2], 20)
                assert told.back == 1
        finally:
            await asyncio.to_thread(server.kill)
