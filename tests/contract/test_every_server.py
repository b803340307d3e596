"""One contract for the store, on every kind of server and of connection that a URL can name."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.configuration.live_settings import LiveSettings
from orchestra_core.errors import Refused
from orchestra_core.events import Event, EventData
from orchestra_core.models import Presence
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.archive import archive_ended
from orchestra_core.store.checkpoint import replay, trim_history
from orchestra_core.store.damage import find_damage, mend_damage
from orchestra_core.store.follow import Arrived, PresenceChanged, Snapshot
from orchestra_core.store.open_store import open_store
from orchestra_core.store.reads import Reads
from orchestra_core.store.self_test import read_facts, try_store, warnings_of
from orchestra_core.store.store import DISORDER_MS, Store
from orchestra_server.daemon.clone_services import on_duty
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.hooks.hooked_checkout import Session
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_task,
    an_agent,
    an_interrupt,
    sending,
    starting,
)
from tests.support.stores.server_places import PLACES
from tests.support.stores.store_watch import commit, watching
from tests.support.stores.valkey import server_binaries
from tests.support.waiting import until_awaited

BINARIES = server_binaries()
COMBINATIONS = [f"{binary} {place}" for binary, place in product(sorted(BINARIES), PLACES)]


@pytest.fixture(scope="module", params=COMBINATIONS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    binary, _, place = str(request.param).partition(" ")
    with PLACES[place](BINARIES[binary]) as named:
        yield named


@pytest.fixture
async def store(url: str, tmp_path: Path) -> AsyncIterator[Store]:
    settings = Settings(url, tmp_path / "state", tmp_path, "")
    async with open_store(f"contract-{uuid4().hex[:8]}", settings) as opened:
        yield opened


async def test_changes_are_whole_numbered_and_done_once(store: Store) -> None:
    first = await commit(store, replace_operation(starting(), "op-1"))
    again = await commit(store, replace_operation(starting(), "op-1"))

    assert again.repeated
    assert again.events == first.events
    await commit(store, Change(events=(), claims={"auth": "one"}))
    with pytest.raises(Refused, match="held by 'one'"):
        await commit(store, Change(events=starting().events, claims={"auth": "two"}))
    assert await store.events() == list(first.events)
    assert (await store.snapshot()).tasks == {a_task().id: a_task()}


def replace_operation(change: Change, operation: str) -> Change:
    return Change(events=change.events, operation=operation)


async def test_a_decision_is_made_again_when_what_it_read_has_changed(store: Store) -> None:
    seen = list[int]()

    async def act(reads: Reads) -> Change:
        seen.append(len(await reads.chambers_of(a_task().id)))
        agent = await reads.agent(an_agent().id)
        if len(seen) == 1:
            data = EventData(agent=an_agent(actions=1), chamber=a_chamber())
            await commit(store, Change(events=(Event(at=1, kind="agent.acted", data=data),)))
        acted = an_agent(actions=(agent.actions if agent else 0) + 1)
        return Change(events=(Event(at=NOON, kind="agent.acted", data=EventData(agent=acted)),))

    await store.transact(act)

    assert seen == [0, 1]
    assert (await store.snapshot()).agents[an_agent().id].actions == 2


async def test_a_follower_hears_events_stamps_and_presence(store: Store) -> None:
    report = Presence(chamber_id="t/auth", state="working", tool="Bash", since=5)
    async with watching(store) as watch:
        await commit(store, sending())
        await store.report_presence(report)
        await store.stamp_interrupt("i1", "delivered", at=NOON + 1, actor="hook")
        await watch.until(lambda seen: seen.state.seq == 2)
        await watch.until(lambda seen: PresenceChanged(report) in seen.seen)

        assert {type(update) for update in watch.seen} == {Snapshot, Arrived, PresenceChanged}
        assert watch.state.interrupts == (await store.snapshot()).interrupts
    assert await store.activity("t/auth", 5) == [report]


async def test_an_ended_task_goes_into_the_archive_and_comes_back(store: Store) -> None:
    task = replace(a_task(), state="completed", finished_at=NOON)
    chamber = replace(a_chamber(), state="closed")
    mail = replace(an_interrupt(), state="acted")
    data = EventData(task=task, chamber=chamber, interrupt=mail)
    await commit(store, Change(events=(Event(at=NOON, kind="task.completed", data=data),)))

    assert await archive_ended(store, NOON, keep=0) == 1
    assert [archived.task for archived in await store.archive_page(0, 5)] == [task]
    assert (await store.snapshot()).tasks == {}

    async def reopen(reads: Reads) -> Change:
        reopened = await reads.task(task.id)
        assert reopened == task
        opened = EventData(task=replace(task, state="open"))
        return Change(events=(Event(at=NOON, kind="task.reopened", data=opened),))

    await store.transact(reopen)
    state = await store.snapshot()
    assert (state.chambers, state.interrupts) == ({chamber.id: chamber}, {mail.id: mail})
    replayed = ProjectState()
    for event in await store.events():
        replayed.apply(event)
    assert replayed == state


async def test_a_lost_key_is_found_and_mended(store: Store, url: str) -> None:
    await commit(store, starting())
    whole = await store.snapshot()
    await store.client.call("UNLINK", store.keys.sequence, store.keys.documents("tasks"))

    damages = await find_damage(store)
    for damage in damages:
        await mend_damage(store, damage)

    assert [damage.name for damage in damages] == ["lost counter", "lost documents"]
    assert await store.snapshot() == whole


async def test_the_history_is_trimmed_and_still_gives_a_lost_document(store: Store) -> None:
    task = replace(a_task(), state="completed", finished_at=NOON)
    await commit(store, starting())
    data = EventData(task=task)
    await commit(store, Change(events=(Event(at=NOON, kind="task.completed", data=data),)))
    await commit(store, sending())
    whole = await store.snapshot()

    assert await trim_history(store, NOON + DISORDER_MS + 1) == 2
    assert await find_damage(store) == []
    await store.client.call("UNLINK", store.keys.documents("tasks"))
    (damage,) = await find_damage(store)

    assert await mend_damage(store, damage)
    assert [event.seq for event in await store.events()] == [3]
    assert await replay(store) == await store.snapshot() == whole


async def test_what_doctor_tries_works_and_nothing_is_risky(store: Store) -> None:
    await try_store(store)

    assert warnings_of(await read_facts(store)) == []


async def test_a_daemon_brings_mail_to_a_worker_and_takes_its_receipt_in_without_a_secret(
    context: Context, session: Session, task_id: str, url: str
) -> None:
    settings = LiveSettings(
        dataclasses.replace(context.settings, redis_url=url), context.project.root
    )
    store = context.store

    async def is_delivered() -> bool:
        (interrupt,) = (await store.snapshot()).interrupts.values()
        return interrupt.state == "delivered"

    async with on_duty(store, context.project, settings, now_ms):
        await interrupt_worker(context, task_id=task_id, chamber="auth", message="Use PR 12")
        answer = await asyncio.to_thread(session.fire, "PostToolBatch")
        assert "Use PR 12" in answer.context
        await until_awaited(is_delivered, 30)
    password = urlsplit(url).password
    if password:
        places = (session.directory, context.project.git_dir / "orchestra")
        assert await asyncio.to_thread(_with, password, places) == []


def _with(secret: str, places: Sequence[Path]) -> list[Path]:
    """Return the files in which a secret stands."""
    return [
        file
        for place in places
        for file in place.rglob("*")
        if file.is_file() and secret.encode() in file.read_bytes()
    ]
