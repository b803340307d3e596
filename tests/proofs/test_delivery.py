"""A subscriber has each event once and in order, whatever is killed under it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from orchestra_core.change import Change
from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.follow import Reconnected
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.support.proofs import FULL_SECONDS, Tally, scaled
from tests.support.samples.documents import a_task, task_started
from tests.support.stores.store_watch import Watch, commit, watching
from tests.support.stores.valkey import Server, running_server, valkey_binary

_EVENTS = scaled(1_500, 100_000)
_WRITERS = 12
_RESTARTS = 3
_LONGEST = scaled(60, FULL_SECONDS)
_BETWEEN_KILLS = scaled(0.2, 1.0)  # seconds


class Trouble:
    """Kills the connections again and again, and the server at a few points of the way."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connections = 0
        self.restarts = 0
        self.given_up = 0  # calls that a writer had to repeat

    async def kill_connections(self) -> None:
        """Kill every connection, again and again, until cancelled."""
        while True:
            await asyncio.sleep(_BETWEEN_KILLS)
            for kind in ("normal", "pubsub"):
                self.server.command("CLIENT", "KILL", "TYPE", kind)
            self.connections += 1

    async def restart(self) -> None:
        self.restarts += 1
        await asyncio.to_thread(self.server.restart)


@asynccontextmanager
async def running(work: asyncio.Task[None]) -> AsyncGenerator[None]:
    try:
        yield
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def test_every_event_arrives_once_and_in_order_whatever_is_killed(
    tmp_path: Path, tally: Tally
) -> None:
    with running_server(valkey_binary()) as server:
        settings = Settings(server.url, tmp_path / "state", tmp_path, "")
        trouble = Trouble(server)
        async with (
            open_store("p", settings) as store,
            open_store("p", settings) as other,
            watching(store) as near,
            watching(other) as far,
        ):
            killing = asyncio.create_task(trouble.kill_connections())
            started = time.monotonic()
            async with running(killing), asyncio.TaskGroup() as tasks:
                numbers = iter(range(_EVENTS))
                for _ in range(_WRITERS):
                    tasks.create_task(write(store, numbers, trouble))
                for watch in (near, far):
                    tasks.create_task(watch.until(has_all, _LONGEST))
            seconds = time.monotonic() - started
            for watch in (near, far):
                check(watch)
            assert near.state == await store.snapshot()
        tally(
            events=_EVENTS,
            restarts_of_the_server=trouble.restarts,
            times_all_connections_were_killed=trouble.connections,
            reconnections_of_subscribers=reconnections(near) + reconnections(far),
            calls_repeated=trouble.given_up,
            events_a_second=round(_EVENTS / seconds),
        )
        assert trouble.restarts == _RESTARTS


def has_all(watch: Watch) -> bool:
    return watch.state.seq >= _EVENTS


async def write(store: Store, numbers: Iterator[int], trouble: Trouble) -> None:
    """Commit numbered events until there are no more numbers."""
    for number in numbers:
        task = a_task(f"task-{number % 50}")
        event = task_started(task, action=str(number))
        await surely(store, Change(events=(event,), operation=f"write-{number}"), trouble)
        if number % (_EVENTS // _RESTARTS) == _EVENTS // _RESTARTS // 2:
            await trouble.restart()


async def surely(store: Store, change: Change, trouble: Trouble) -> None:
    """Commit; where the store gives up, as on a server that loads for long, do so once more."""
    while True:
        try:
            await commit(store, change)
        except StoreUnavailable:
            trouble.given_up += 1
        else:
            return


def check(watch: Watch) -> None:
    """Fail the test unless every event is there once and in order."""
    assert [event.seq for event in watch.events] == list(range(1, _EVENTS + 1))
    assert sorted(int(event.data.action) for event in watch.events) == list(range(_EVENTS))


def reconnections(watch: Watch) -> int:
    return sum(isinstance(update, Reconnected) for update in watch.seen)
