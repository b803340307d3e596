import asyncio

import msgspec
import pytest

from orchestra_core.change import Change
from orchestra_core.errors import BadInput, Refused
from orchestra_core.events import Event, EventData, decode_event
from orchestra_core.state import ProjectState
from orchestra_core.store.client.reply_parser import as_bytes
from orchestra_core.store.reads import Reads
from orchestra_core.store.store import Store
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_discovery,
    a_task,
    an_agent,
    an_interrupt,
    sending,
    starting,
)
from tests.support.stores.store_watch import commit


async def test_one_change_writes_the_document_and_appends_the_event(store: Store) -> None:
    task = a_task()

    committed = await commit(store, starting(task))

    state = await store.snapshot()
    assert state.tasks == {task.id: task}
    assert state.seq == 1
    assert await store.events() == list(committed.events)
    assert [event.seq for event in committed.events] == [1]
    assert not committed.repeated


async def test_the_published_message_equals_the_event_in_the_stream(store: Store) -> None:
    async with store.client.listen(store.keys.channel) as subscription:
        committed = await commit(store, starting())

        async with asyncio.timeout(60):
            channel, payload = await subscription.hear()

    assert channel == store.keys.channel.encode()
    assert decode_event(payload) == committed.events[0]
    assert committed.events == tuple(await store.last_events(1))


async def test_a_change_of_several_events_numbers_them_in_order(store: Store) -> None:
    changes = [starting(a_task("one-0001")), starting(a_task("two-0002"))]
    events = tuple(event for change in changes for event in change.events)

    await commit(store, starting())
    committed = await commit(store, Change(events=events))

    assert [event.seq for event in committed.events] == [2, 3]
    nonce = committed.events[0].nonce
    assert nonce
    assert [event.id for event in await store.events(after=1)] == [f"2-{nonce}", f"3-{nonce}"]


async def test_a_repeated_operation_returns_the_first_result(store: Store) -> None:
    first = await commit(store, Change(events=starting().events, operation="start"))
    again = await commit(store, Change(events=starting(a_task("x-0001")).events, operation="start"))

    assert again.repeated
    assert again.events == first.events
    assert list((await store.snapshot()).tasks) == ["add-login-1a2b"]
    assert len(await store.events()) == 1


async def test_a_repeated_operation_without_events_returns_the_first_result(store: Store) -> None:
    change = Change(events=(), claims={"auth": "one/auth"}, operation="claim")

    assert not (await commit(store, change)).repeated
    again = await commit(store, change)

    assert again.repeated
    assert again.events == ()


async def test_a_decision_runs_again_when_a_document_that_it_read_has_changed(store: Store) -> None:
    await commit(store, starting())
    seen: list[str] = []

    async def finish(reads: Reads) -> Change:
        task = await reads.task("add-login-1a2b")
        assert task is not None
        seen.append(task.summary)
        if len(seen) == 1:
            await commit(store, starting(msgspec.structs.replace(task, summary="meanwhile")))
        return starting(msgspec.structs.replace(task, state="completed"))

    await store.transact(finish)

    assert seen == ["", "meanwhile"]
    task = (await store.snapshot()).tasks["add-login-1a2b"]
    assert (task.summary, task.state) == ("meanwhile", "completed")


async def test_a_decision_runs_again_when_a_document_that_it_missed_has_appeared(
    store: Store,
) -> None:
    seen: list[bool] = []

    async def start(reads: Reads) -> Change:
        task = await reads.task("add-login-1a2b")
        seen.append(task is not None)
        if task is None:
            await commit(store, starting())
        return Change(events=())

    await store.transact(start)

    assert seen == [False, True]


async def test_a_decision_about_all_chambers_runs_again_when_another_chamber_appears(
    store: Store,
) -> None:
    counts: list[int] = []

    def creating(name: str) -> Change:
        chamber = a_chamber(name)
        event = Event(at=NOON, kind="chamber.reserved", data=EventData(chamber=chamber))
        return Change(events=(event,))

    await commit(store, creating("auth"))
    await commit(
        store,
        Change(
            events=(
                Event(
                    at=NOON,
                    kind="chamber.reserved",
                    data=EventData(chamber=a_chamber("auth", "other-task-9")),
                ),
            )
        ),
    )

    async def close_all(reads: Reads) -> Change:
        counts.append(len(await reads.chambers_of("add-login-1a2b")))
        if len(counts) == 1:
            await commit(store, creating("api"))
        return Change(events=())

    await store.transact(close_all)

    assert counts == [1, 2]


async def test_a_decision_reads_the_chambers_of_a_task_in_creation_order(store: Store) -> None:
    for at, name in enumerate(("zeta", "alpha", "mid")):
        chamber = msgspec.structs.replace(a_chamber(name, "t[1]*-0"), created_at=NOON + at)
        event = Event(at=NOON, kind="chamber.reserved", data=EventData(chamber=chamber))
        await commit(store, Change(events=(event,)))

    chambers = await Reads(store.client, store.keys).chambers_of("t[1]*-0")

    assert [chamber.name for chamber in chambers] == ["zeta", "alpha", "mid"]


async def test_twenty_concurrent_transactions_lose_no_increment(store: Store) -> None:
    async def act(reads: Reads) -> Change:
        agent = await reads.agent("add-login-1a2b/implementer")
        acted = an_agent(actions=(agent.actions if agent else 0) + 1)
        return Change(events=(Event(at=NOON, kind="agent.acted", data=EventData(agent=acted)),))

    await asyncio.gather(*(store.transact(act) for _ in range(20)))

    state = await store.snapshot()
    assert state.agents["add-login-1a2b/implementer"].actions == 20
    assert state.seq == 20


async def test_replaying_the_history_gives_the_same_state(store: Store) -> None:
    for event in (
        Event(at=NOON, kind="chamber.created", data=EventData(chamber=a_chamber())),
        Event(at=NOON, kind="agent.acted", data=EventData(agent=an_agent(actions=3))),
        Event(at=NOON, kind="discovery.shared", data=EventData(discovery=a_discovery("d", "é\n☃"))),
        Event(at=NOON, kind="task.completed", data=EventData(task=a_task(), chamber=a_chamber())),
    ):
        await commit(store, Change(events=(event,)))
    await commit(store, sending(an_interrupt(message='say "hi" \\ / é \x7f☃')))
    await store.stamp_interrupt("i1", "delivered", at=NOON + 5, actor="hook")

    replayed = ProjectState()
    for event in await store.events():
        assert replayed.apply(event)

    assert replayed == await store.snapshot()


async def test_events_are_read_in_pages_up_to_a_limit(store: Store) -> None:
    events = starting().events * 4_500
    await commit(store, Change(events=events))

    assert [event.seq for event in await store.events(after=10, limit=3)] == [11, 12, 13]
    assert [event.seq for event in await store.events()] == list(range(1, 4_501))
    assert [event.seq for event in await store.last_events(2)] == [4_499, 4_500]
    assert await store.last_events(0) == []


async def test_a_claim_that_is_held_is_refused_and_names_its_holder(store: Store) -> None:
    await commit(store, Change(events=(), claims={"auth": "add-login-1a2b/auth"}))

    with pytest.raises(Refused, match=r"'auth' is held by 'add-login-1a2b/auth'"):
        await commit(store, Change(events=starting().events, claims={"auth": "other-9/auth"}))

    assert (await store.snapshot()).seq == 0


async def test_a_batch_of_claims_is_taken_completely_or_not_at_all(store: Store) -> None:
    await commit(store, Change(events=(), claims={"b": "one/b"}))

    with pytest.raises(Refused):
        await commit(store, Change(events=(), claims={"a": "two/a", "b": "two/b"}))

    reads = Reads(store.client, store.keys)
    assert (await reads.claim("a"), await reads.claim("b")) == ("", "one/b")


async def test_a_claim_can_be_taken_again_by_its_holder_or_after_its_release(store: Store) -> None:
    await commit(store, Change(events=(), claims={"auth": "one/auth"}))
    await commit(store, Change(events=(), claims={"auth": "one/auth"}))
    await commit(store, Change(events=(), releases={"auth": "one/auth"}))
    await commit(store, Change(events=(), claims={"auth": "two/auth"}))

    assert await Reads(store.client, store.keys).claim("auth") == "two/auth"


async def test_only_its_holder_can_release_a_claim(store: Store) -> None:
    await commit(store, Change(events=(), claims={"auth": "one/auth"}))
    await commit(store, Change(events=(), releases={"auth": "two/auth"}))

    assert await Reads(store.client, store.keys).claim("auth") == "one/auth"


async def test_exactly_one_of_many_concurrent_claims_wins(store: Store) -> None:
    async def claim(number: int) -> bool:
        try:
            await commit(store, Change(events=(), claims={"auth": f"{number}/auth"}))
        except Refused:
            return False
        return True

    won = await asyncio.gather(*(claim(number) for number in range(10)))

    assert sum(won) == 1


async def test_a_lone_surrogate_is_refused_before_anything_is_written(store: Store) -> None:
    with pytest.raises(BadInput, match="half a character"):
        await commit(store, starting(a_task(description="lone \ud800")))

    assert (await store.snapshot()).seq == 0


async def test_a_document_read_twice_in_one_decision_is_the_same(store: Store) -> None:
    reads = Reads(store.client, store.keys)
    assert await reads.task("add-login-1a2b") is None

    await commit(store, starting())

    assert await reads.task("add-login-1a2b") is None


async def test_each_kind_of_document_can_be_read_by_its_id(store: Store) -> None:
    data = EventData(
        task=a_task(),
        chamber=a_chamber(),
        agent=an_agent(),
        discovery=a_discovery(),
        interrupt=an_interrupt(),
    )
    await commit(store, Change(events=(Event(at=NOON, kind="task.started", data=data),)))
    reads = Reads(store.client, store.keys)

    assert await reads.task(a_task().id) == a_task()
    assert await reads.chamber(a_chamber().id) == a_chamber()
    assert await reads.agent(an_agent().id) == an_agent()
    assert await reads.discovery("d1") == a_discovery()
    assert await reads.interrupt("i1") == an_interrupt()
    assert (await reads.state()).tasks == {a_task().id: a_task()}


async def test_a_generated_operation_id_is_kept_for_minutes_only(store: Store) -> None:
    await commit(store, starting())
    await commit(store, Change(events=(), operation="mine"))

    answer = await store.client.call("TTL", store.keys.operation("mine"))
    assert isinstance(answer, int)
    assert 86_000 < answer <= 86_400
    prefix = store.keys.operation("").replace("{", "\\{")
    scanned = await store.client.call("SCAN", 0, "MATCH", f"{prefix}*", "COUNT", 100_000)
    assert isinstance(scanned, list)
    names = scanned[1]
    assert isinstance(names, list)
    lives = [await store.client.call("TTL", as_bytes(name)) for name in names]
    assert sum(isinstance(life, int) and life <= 600 for life in lives) == 1
