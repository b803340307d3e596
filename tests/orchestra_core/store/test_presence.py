import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.models import Presence
from orchestra_core.store.follow import PresenceChanged
from orchestra_core.store.scripts import script
from orchestra_core.store.store import Store
from tests.support.stores.store_watch import watching

WORKING = Presence(chamber_id="t/auth", state="working", tool="Bash", detail="make", since=100)
IDLE = Presence(chamber_id="t/auth", state="idle", since=200)


async def test_the_latest_report_is_the_workers_presence(store: Store) -> None:
    await store.report_presence(WORKING)
    await store.report_presence(IDLE)

    assert (await store.snapshot()).presence == {"t/auth": IDLE}
    assert await store.activity("t/auth", 10) == [WORKING, IDLE]


async def test_a_late_report_does_not_replace_a_newer_one(store: Store) -> None:
    await store.report_presence(IDLE)
    await store.report_presence(WORKING)

    assert (await store.snapshot()).presence == {"t/auth": IDLE}
    assert await store.activity("t/auth", 10) == [IDLE, WORKING]


async def test_reports_that_come_together_are_published_one_after_the_other(store: Store) -> None:
    late = Presence(chamber_id="t/auth", state="working", since=50)
    async with watching(store) as watch:
        await store.report_presences("t/auth", [WORKING, late, IDLE])
        await watch.until(lambda seen: seen.seen[-1] == PresenceChanged(IDLE))
    assert (await store.snapshot()).presence == {"t/auth": IDLE}
    assert await store.activity("t/auth", 10) == [WORKING, late, IDLE]


async def test_repeated_reports_are_not_published_again_however_many_there_are(
    store: Store,
) -> None:
    reports = [Presence(chamber_id="t/auth", state="working", since=n) for n in range(1, 101)]
    await store.report_presences("t/auth", reports)
    await store.report_presences("t/auth", [*reports, IDLE])
    assert await store.activity("t/auth", 200) == [*reports, IDLE]


async def test_a_report_without_a_time_counts_as_the_newest(store: Store) -> None:
    finished = Presence(chamber_id="t/auth", state="finished")
    await store.report_presence(IDLE)
    await store.report_presence(finished)

    assert (await store.snapshot()).presence == {"t/auth": finished}


async def test_presence_is_not_part_of_the_history(store: Store) -> None:
    await store.report_presence(WORKING)

    assert await store.events() == []
    assert (await store.snapshot()).seq == 0


async def test_activity_is_limited_and_returns_the_newest_reports(store: Store) -> None:
    for since in range(1, 1_201):
        await store.report_presence(Presence(chamber_id="t/auth", since=since))

    length = await store.client.call("XLEN", store.keys.activity("t/auth"))
    assert isinstance(length, int)
    assert 500 <= length < 800
    assert [report.since for report in await store.activity("t/auth", 2)] == [1_199, 1_200]
    assert await store.activity("t/other", 5) == []


@pytest.mark.parametrize("raw", [b"", b"no json", b'{"chamber_id":"\\ud800"}'])
async def test_a_report_that_is_not_json_stores_nothing(store: Store, raw: bytes) -> None:
    keys = (store.keys.presence, store.keys.activity("t/auth"))
    with pytest.raises(StoreUnavailable):
        await store.client.run(
            script("presence"), keys, [store.keys.presence_channel, "t/auth", 500, raw]
        )

    assert await store.client.call("EXISTS", *keys) == 0


@pytest.mark.parametrize(
    "raw", [b'{"chamber_id":"t/auth","state":"dreaming"}', b'{"chamber_id":"\xff"}', b"{}"]
)
async def test_a_report_of_another_version_is_skipped(store: Store, raw: bytes) -> None:
    keys = (store.keys.presence, store.keys.activity("t/auth"))
    async with watching(store) as watch:
        await store.client.run(
            script("presence"), keys, [store.keys.presence_channel, "t/auth", 500, raw]
        )
        await store.report_presence(Presence(chamber_id="t/api"))
        await watch.until(lambda seen: isinstance(seen.seen[-1], PresenceChanged))

        assert watch.seen[1:] == [PresenceChanged(Presence(chamber_id="t/api"))]
    assert list((await store.snapshot()).presence) == ["t/api"]
    assert await store.activity("t/auth", 5) == []
