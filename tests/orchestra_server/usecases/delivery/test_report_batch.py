"""Reports are merged in memory and told to the store together."""

import pytest

from orchestra_core.models import Presence
from orchestra_core.store.store import Store
from orchestra_server.usecases.delivery.report_batch import ReportBatch

AUTH, API = "t/auth", "t/api"


def working(worker: str, since: int) -> Presence:
    return Presence(chamber_id=worker, state="working", tool="Bash", since=since)


async def test_the_reports_of_each_worker_are_told_in_one_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = list[tuple[str, list[int]]]()
    tell = Store.report_presences

    async def counted(self: Store, worker: str, presences: list[Presence]) -> None:
        told.append((worker, [presence.since for presence in presences]))
        await tell(self, worker, presences)

    monkeypatch.setattr(Store, "report_presences", counted)
    reports = ReportBatch(store)
    for report in (working(AUTH, 1), working(API, 2), working(AUTH, 3)):
        await reports.add(report)
    assert await store.activity(AUTH, 9) == []
    await reports.record()
    await reports.record()
    assert told == [(AUTH, [1, 3]), (API, [2])]
    assert [report.since for report in await store.activity(AUTH, 9)] == [1, 3]


async def test_a_report_is_merged_with_the_one_before_that_is_not_told_yet(store: Store) -> None:
    reports = ReportBatch(store)
    await reports.add(working(AUTH, 1))
    await reports.add(Presence(chamber_id=AUTH, state="waiting", since=2))
    await reports.record()
    assert [(report.state, report.tool) for report in await store.activity(AUTH, 9)] == [
        ("working", "Bash"),
        ("waiting", "Bash"),
    ]


async def test_what_somebody_else_has_told_is_read_again(store: Store) -> None:
    reports = ReportBatch(store)
    await reports.add(working(AUTH, 1))
    await reports.record()
    await store.report_presence(Presence(chamber_id=AUTH, state="failed", since=5))
    reports.forget(AUTH)
    await reports.add(Presence(chamber_id=AUTH, state="finished", since=6))
    await reports.record()
    assert [report.state for report in await store.activity(AUTH, 9)] == ["working", "failed"]
