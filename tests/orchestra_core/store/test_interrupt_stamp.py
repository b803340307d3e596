from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import decode_event
from orchestra_core.models import InterruptState
from orchestra_core.store.client.reply_parser import as_bytes
from orchestra_core.store.keys import Keys
from orchestra_core.store.scripts import script
from orchestra_core.store.store import Store
from tests.support.samples.documents import NOON, an_interrupt, sending
from tests.support.stores.store_watch import commit

ORDER: tuple[InterruptState, ...] = ("sent", "posted", "delivered", "acted")
ENDS: tuple[InterruptState, ...] = ("cancelled", "expired")
STATES: tuple[InterruptState, ...] = get_args(InterruptState)


def after(state: InterruptState, stamp: InterruptState) -> InterruptState:
    """What a stamp makes of a state, said as plainly as the rule."""
    if state in (*ENDS, "acted"):
        return state
    if stamp in ENDS:
        return stamp
    return ORDER[max(ORDER.index(state), ORDER.index(stamp))]


async def test_each_step_is_stamped_and_published(store: Store) -> None:
    await commit(store, sending())

    for at, state in enumerate(("posted", "delivered", "acted"), NOON + 1):
        await store.stamp_interrupt("i1", state, at=at, actor="hook")

    interrupt = (await store.snapshot()).interrupts["i1"]
    assert interrupt.state == "acted"
    assert (interrupt.posted_at, interrupt.delivered_at, interrupt.acted_at) == (
        NOON + 1,
        NOON + 2,
        NOON + 3,
    )
    events = await store.events(after=1)
    assert [event.kind for event in events] == [
        "interrupt.posted",
        "interrupt.delivered",
        "interrupt.acted",
    ]
    assert events[-1].data.interrupt == interrupt
    assert (events[-1].actor, events[-1].at, events[-1].task_id, events[-1].chamber) == (
        "hook",
        NOON + 3,
        interrupt.task_id,
        interrupt.chamber,
    )


async def test_a_stamp_publishes_the_event_that_the_stream_holds(store: Store) -> None:
    await commit(store, sending(an_interrupt(message='"quoted" / \\ é ☃\n\ttab')))
    async with store.client.listen(store.keys.channel) as subscription:
        stamped = await store.stamp_interrupt("i1", "posted", at=NOON, actor='o"p')
        _, payload = await subscription.hear()

    event = decode_event(payload)
    assert event == (await store.last_events(1))[0]
    assert event.data.interrupt == stamped
    assert stamped is not None
    assert stamped.message == '"quoted" / \\ é ☃\n\ttab'


async def test_steps_may_be_skipped(store: Store) -> None:
    await commit(store, sending())

    stamped = await store.stamp_interrupt("i1", "delivered", at=NOON + 9, actor="hook")

    assert stamped is not None
    assert (stamped.posted_at, stamped.delivered_at) == (0, NOON + 9)


async def test_the_note_of_a_final_state_is_kept(store: Store) -> None:
    await commit(store, sending())

    await store.stamp_interrupt("i1", "expired", at=NOON, actor="o", note='its worker "ended"')
    await store.stamp_interrupt("i1", "expired", at=NOON + 1, actor="o", note="again")

    (event,) = await store.events(after=1)
    stamped = (await store.snapshot()).interrupts["i1"]
    assert (stamped.state, stamped.note) == ("expired", 'its worker "ended"')
    assert event.data.interrupt == stamped


async def test_an_unknown_interrupt_returns_none_and_publishes_nothing(store: Store) -> None:
    assert await store.stamp_interrupt("nobody", "posted", at=NOON, actor="hook") is None
    assert await store.events() == []


async def test_an_unknown_state_is_an_error_and_changes_nothing(store: Store) -> None:
    await commit(store, sending())
    keys = (store.keys.documents("interrupts"), store.keys.sequence, store.keys.stream)

    with pytest.raises(StoreUnavailable, match="read is no state of an interrupt"):
        await store.client.run(
            script("interrupt_stamp"), keys, [store.keys.channel, "i1", "read", 1, "x"]
        )

    assert len(await store.events()) == 1


@hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(stamps=st.lists(st.sampled_from(STATES), max_size=8))
async def test_stamps_in_any_order_never_go_back_and_publish_each_step_once(
    store: Store, stamps: list[InterruptState]
) -> None:
    keys = Keys(f"{store.keys.project}-{id(stamps)}-{len(stamps)}")
    fresh = replace(store, keys=keys)
    await fresh.client.call("DEL", keys.sequence, keys.stream, keys.documents("interrupts"))
    await commit(fresh, sending())
    state: InterruptState = "sent"
    told: list[str] = []

    for at, stamp in enumerate(stamps, NOON):
        expected = after(state, stamp)
        if expected != state:
            told.append(f"interrupt.{expected}")
        state = expected
        stamped = await fresh.stamp_interrupt("i1", stamp, at=at, actor="hook")
        assert stamped is not None
        assert stamped.state == state

    assert [event.kind for event in await fresh.events(after=1)] == told


async def test_a_repeated_stamp_returns_the_unchanged_document(store: Store) -> None:
    await commit(store, sending())
    first = await store.stamp_interrupt("i1", "posted", at=NOON + 1, actor="a")
    again = await store.stamp_interrupt("i1", "posted", at=NOON + 2, actor="b")

    assert first == again
    answer = await store.client.call("HGET", store.keys.documents("interrupts"), "i1")
    assert b'"posted_at":1790000000001' in as_bytes(answer)
