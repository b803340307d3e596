"""The history is trimmed to the days that are kept."""

import asyncio
import logging

import pytest

from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.errors import StoreUnavailable
from orchestra_core.events import Event, EventData
from orchestra_core.store.checkpoint import checkpoint_number
from orchestra_core.store.store import Store
from orchestra_server.usecases.history import trim_daily as trimming
from orchestra_server.usecases.history.trim_daily import DAY_MS, trim_daily, trim_to
from tests.support.samples.documents import a_clone
from tests.support.stores.store_watch import commit


async def heard(store: Store, *days_ago: float) -> None:
    """Write an event of each moment."""
    for days in days_ago:
        at = now_ms() - round(days * DAY_MS)
        event = Event(at=at, kind="clone.appeared", data=EventData(clone=a_clone()))
        await commit(store, Change(events=(event,)))


async def test_events_older_than_the_days_are_removed_in_rounds(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = list[int]()
    trim_history = trimming.trim_history

    async def of_two(store: Store, before: int) -> int:
        rounds.append(await trim_history(store, before, most=2))
        return rounds[-1]

    monkeypatch.setattr(trimming, "trim_history", of_two)
    await heard(store, 9, 8.5, 8, 7.5, 6.5, 1)

    assert await trim_to(store, 7, now_ms) == 4
    assert rounds == [2, 2, 0]
    assert [event.seq for event in await store.events()] == [5, 6]


@pytest.mark.parametrize("ahead", [-1, 1])
async def test_a_machine_with_a_wrong_clock_removes_nothing_early(store: Store, ahead: int) -> None:
    await heard(store, 6, 5, 4)

    assert await trim_to(store, 7, lambda: now_ms() + ahead * 100 * DAY_MS) == 0


async def test_a_damaged_store_is_not_trimmed(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    await heard(store, 9, 8, 1)
    await store.client.call("DEL", store.keys.documents("clones"))

    assert await trim_to(store, 7, now_ms) == 0
    assert "run 'orchestra reconcile'" in caplog.text


async def test_the_history_is_trimmed_at_once_and_again_after_a_day(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trimming, "_DAY_SECONDS", 0.01)
    await heard(store, 9, 8)
    async with trim_daily(store, lambda: 7, now_ms), asyncio.timeout(60):
        await removed_up_to(store, 1)
        await heard(store, 1)
        await removed_up_to(store, 2)


async def removed_up_to(store: Store, seq: int) -> None:
    while await checkpoint_number(store) < seq:  # noqa: ASYNC110 - trimming is no event
        await asyncio.sleep(0.01)


async def test_a_failure_is_logged_and_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(trimming, "_DAY_SECONDS", 0.01)
    failing = iter([True, False])
    done = asyncio.Event()

    async def trim(*_: object) -> int:
        if next(failing, False):
            raise StoreUnavailable("no server answers")
        done.set()
        return 0

    monkeypatch.setattr(trimming, "trim_to", trim)
    with caplog.at_level(logging.WARNING):
        async with trim_daily(store, lambda: 7, now_ms), asyncio.timeout(60):
            await done.wait()
    assert "the history was not trimmed: no server answers" in caplog.text


async def test_all_of_the_history_is_kept_by_default(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def trim(*_: object) -> int:
        raise AssertionError

    monkeypatch.setattr(trimming, "trim_to", trim)
    async with trim_daily(store, lambda: 0, now_ms):
        await asyncio.sleep(0)
