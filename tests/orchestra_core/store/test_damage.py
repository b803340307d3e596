"""A key that is lost alone is found, and the history gives back what it held."""

from collections.abc import Sequence

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import Refused, StoreUnavailable
from orchestra_core.events import Event, EventData
from orchestra_core.state import ProjectState
from orchestra_core.store.checkpoint import replay
from orchestra_core.store.damage import Damage, find_damage, mend_damage
from orchestra_core.store.keys import DOCUMENT_HASHES
from orchestra_core.store.store import Store
from tests.support.samples.documents import (
    NOON,
    a_chamber,
    a_clone,
    a_conflict,
    a_day,
    a_discovery,
    a_request,
    a_started_worker,
    a_task,
    an_agent,
    sending,
    starting,
)
from tests.support.stores.store_watch import commit, watching


async def fill(store: Store) -> ProjectState:
    """Write documents of each kind and return the state."""
    await commit(store, starting(a_task()))
    await commit(store, starting(a_task("two-2")))
    data = EventData(
        chamber=a_chamber(),
        agent=an_agent(),
        discovery=a_discovery(),
        request=a_request(),
        worker=a_started_worker(),
        conflict=a_conflict(),
        clone=a_clone(),
        day=a_day(),
    )
    await commit(store, Change(events=(Event(at=NOON, kind="chamber.created", data=data),)))
    await commit(store, sending())
    await store.stamp_interrupt("i1", "posted", at=NOON + 1, actor="orchestra")
    return await store.snapshot()


async def mended(store: Store) -> list[Damage]:
    """Mend all that is found and return it."""
    damages = await find_damage(store)
    for damage in damages:
        assert await mend_damage(store, damage)
    return damages


def named(damages: Sequence[Damage]) -> list[tuple[str, str]]:
    return [(damage.name, damage.subject.rpartition(":")[2]) for damage in damages]


async def test_a_whole_store_has_no_damage(store: Store) -> None:
    assert await find_damage(store) == []
    await fill(store)
    assert await find_damage(store) == []


@pytest.mark.parametrize("kind", DOCUMENT_HASHES)
async def test_a_lost_hash_is_written_again_from_the_history(store: Store, kind: str) -> None:
    whole = await fill(store)
    await store.client.call("DEL", store.keys.documents(kind))

    damages = await mended(store)

    assert named(damages) == [("lost documents", kind)]
    assert f"holds 0 of {len(whole.of_kind(kind))} documents" in damages[0].sentence
    assert await store.snapshot() == whole
    assert await find_damage(store) == []


async def test_a_lost_counter_stops_no_write_and_is_put_right(store: Store) -> None:
    whole = await fill(store)
    await store.client.call("DEL", store.keys.sequence)
    assert await store.snapshot() == whole

    assert named(await mended(store)) == [("lost counter", "seq")]
    await store.client.call("DEL", store.keys.sequence)
    committed = await commit(store, starting(a_task("three-3")))

    assert committed.events[0].seq == whole.seq + 1
    assert await find_damage(store) == []


async def test_followers_do_not_notice_a_lost_counter(store: Store) -> None:
    await fill(store)
    async with watching(store) as watch:
        await store.client.call("DEL", store.keys.sequence)
        await store.stamp_interrupt("i1", "acted", at=NOON + 2, actor="hook")
        await watch.until(lambda seen: seen.state.interrupts["i1"].state == "acted")

        assert len(watch.events) == 1


async def test_a_lost_history_is_closed_with_a_checkpoint_and_goes_on(store: Store) -> None:
    whole = await fill(store)
    await store.client.call("DEL", store.keys.stream)

    assert named(await mended(store)) == [("lost history", "events")]
    await commit(store, starting(a_task("three-3")))
    await store.client.call("DEL", store.keys.documents("chambers"))

    assert named(await mended(store)) == [("lost documents", "chambers")]
    assert await replay(store) == await store.snapshot()
    assert (await store.snapshot()).chambers == whole.chambers


async def test_a_history_that_was_lost_before_the_last_events_is_closed_too(store: Store) -> None:
    await fill(store)
    await store.client.call("DEL", store.keys.stream)
    await commit(store, starting(a_task("three-3")))

    assert named(await mended(store)) == [("lost history", "events")]
    assert await find_damage(store) == []


async def test_counts_that_are_lost_are_taken_from_the_history(store: Store) -> None:
    await fill(store)
    await store.client.call("DEL", store.keys.counts)
    assert await find_damage(store) == []
    await store.client.call("DEL", store.keys.counts, store.keys.documents("agents"))

    assert named(await mended(store)) == [("lost documents", "agents")]


async def test_documents_missing_from_the_history_are_reported_as_lost(store: Store) -> None:
    await fill(store)
    await store.client.call("DEL", store.keys.stream)
    await store.client.call("DEL", store.keys.documents("agents"))
    history, documents = await find_damage(store)

    assert await mend_damage(store, history)
    with pytest.raises(Refused, match=r"only 0 of the 1 documents of .*:agents"):
        await mend_damage(store, documents)


async def test_an_unreadable_document_is_named_and_hides_no_other(store: Store) -> None:
    whole = await fill(store)
    key = store.keys.documents("tasks")
    for field, raw in (("bad-1", '{"id":"bad-1"}'), ("bad-2", "no JSON")):
        await store.client.call("HSET", key, field, raw)

    state = await store.snapshot()
    damages = await find_damage(store)

    assert state.tasks == whole.tasks
    assert {(document.key, document.field) for document in state.unreadable} == {
        (key, "bad-1"),
        (key, "bad-2"),
    }
    assert {damage.subject for damage in damages} == {f"{key} bad-1", f"{key} bad-2"}
    assert "missing required field" in " ".join(damage.sentence for damage in damages)
    assert not await mend_damage(store, damages[0])
    assert await store.client.call("HGET", key, "bad-2") == b"no JSON"


async def test_a_decision_about_an_unreadable_document_names_it_and_writes_nothing(
    store: Store,
) -> None:
    key = store.keys.documents("tasks")
    await store.client.call("HSET", key, "t", '{"id":"t"}')

    with pytest.raises(StoreUnavailable, match=r"cannot read \(orchestra:.*:tasks t: .*missing"):
        await store.transact(lambda reads: _finish(reads.task("t")))
    await commit(store, starting())

    assert list((await store.snapshot()).tasks) == [a_task().id]


async def _finish(reading: object) -> Change:
    await reading  # type: ignore[misc]
    return starting(a_task("t"))


async def test_a_follower_shows_all_but_the_unreadable_document(store: Store) -> None:
    await store.client.call("HSET", store.keys.documents("tasks"), "t", "no JSON")
    async with watching(store) as watch:
        await commit(store, starting())
        await watch.until(lambda seen: seen.state.seq == 1)

        assert list(watch.state.tasks) == [a_task().id]
