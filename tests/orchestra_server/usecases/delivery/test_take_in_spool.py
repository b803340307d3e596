"""What hooks have left reaches the store once, with its own times, whoever is killed in between."""

import logging
import os
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.models import Presence
from orchestra_core.store.store import Store
from orchestra_server.files.spool.spool_folder import (
    CLAIMED,
    REFUSED,
    claim_files,
    locked_spool,
    spool_folder,
)
from orchestra_server.usecases.delivery import take_in_spool as module
from orchestra_server.usecases.delivery.take_in_spool import take_in_round, take_in_spool
from tests.support.hooks.hooked_checkout import HookedCheckout, Session, hooked_checkout, sent

CHAMBER = "add-login-1a2b/auth"
READ = {"tool_name": "Read", "tool_input": {"file_path": "/a"}}


@pytest.fixture
def checkout(tmp_path: Path, project_id: str) -> HookedCheckout:
    return hooked_checkout(tmp_path / "repo", project_id)


@pytest.fixture
def worker(checkout: HookedCheckout) -> Session:
    return Session(checkout.chamber())


@pytest.fixture
def spool(checkout: HookedCheckout) -> Path:
    return spool_folder(checkout.common_dir)


async def take_in(store: Store, checkout: HookedCheckout) -> module.SpoolIntake:
    return await take_in_spool(store, checkout.common_dir, now_ms)


async def presence(store: Store) -> Presence:
    return (await store.snapshot()).presence[CHAMBER]


def only_report(spool: Path, event: str) -> Path:
    (path,) = spool.glob(f"*.{event}.*")
    return path


def names(spool: Path) -> list[str]:
    return sorted(path.name for path in spool.rglob("*") if path.is_file())


async def test_an_empty_spool_costs_the_store_nothing(
    store: Store, checkout: HookedCheckout, tmp_path: Path
) -> None:
    assert await take_in(store, checkout) == module.SpoolIntake()
    assert await take_in_spool(store, tmp_path / "gone", now_ms) == module.SpoolIntake()


async def test_the_order_of_writing_counts_and_not_that_of_arrival(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    worker.fire("Stop")
    stop = only_report(spool, "Stop")
    set_aside = stop.rename(spool.parent / "kept")
    worker.fire("SessionEnd", {}, "presence")
    await take_in(store, checkout)
    set_aside.rename(stop)
    await take_in(store, checkout)
    assert (await presence(store)).state == "finished"
    assert [report.state for report in await store.activity(CHAMBER, 9)] == ["finished", "idle"]


async def test_a_reader_that_died_before_it_removed_a_file_changes_nothing(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    await sent(store, worker.directory, "One")
    worker.fire("PostToolBatch")
    worker.fire("PreToolUse", READ)
    files = {file.path: file.path.read_bytes() for file in claim_files(checkout.common_dir, 100)}
    times = {path: path.stat().st_mtime_ns for path in files}
    await take_in(store, checkout)
    assert names(spool) == []
    before = (await store.snapshot(), await store.events(), await store.activity(CHAMBER, 9))
    for path, content in files.items():
        path.write_bytes(content)
        os.utime(path, ns=(times[path], times[path]))
    await take_in(store, checkout)
    after = (await store.snapshot(), await store.events(), await store.activity(CHAMBER, 9))
    assert after == before
    assert names(spool) == []


async def test_receipts_of_interrupts_that_nobody_knows_are_gone_with(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    (spool / "auth.1.2.delivered").write_text('{"interrupts": [{"id": "i9"}]}')
    (spool / "auth.1.3.delivered").write_text("a note by hand")
    await take_in(store, checkout)
    assert names(spool) == []
    assert await store.events() == []


async def test_half_a_report_waits_for_its_other_half_and_goes_when_none_comes(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    worker.fire("PreToolUse", READ)
    whole = only_report(spool, "PreToolUse")
    content = whole.read_bytes()
    whole.write_bytes(content[:-9])
    assert (await take_in(store, checkout)).is_torn
    claimed = only_report(spool / CLAIMED, "PreToolUse")
    with claimed.open("ab") as file:  # whoever writes still holds the file
        file.write(content[-9:])
    assert not (await take_in(store, checkout)).is_torn
    assert (await presence(store)).tool == "Read"
    (spool / "auth.1.PreToolUse.1").write_bytes(content[:-9])
    os.utime(spool / "auth.1.PreToolUse.1", (1, 1))
    assert not (await take_in(store, checkout)).is_torn
    assert names(spool) == []


async def test_a_file_that_cannot_be_read_is_put_aside_with_a_line_in_the_log(
    store: Store,
    checkout: HookedCheckout,
    worker: Session,
    spool: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (spool / "auth.1.2.delivered").symlink_to("/etc/passwd")
    worker.fire("Stop")
    with caplog.at_level(logging.WARNING):
        await take_in(store, checkout)
        await take_in(store, checkout)
    assert len(caplog.records) == 1
    assert "put aside" in caplog.text
    assert [path.is_symlink() for path in (spool / REFUSED).iterdir()] == [True]
    assert (await presence(store)).state == "idle"


async def test_more_files_than_one_round_holds_are_taken_in_too(
    store: Store,
    checkout: HookedCheckout,
    worker: Session,
    spool: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_FILES_AT_ONCE", 2)
    for event in ("SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse", "Stop"):
        worker.fire(event, READ)
    assert (await take_in_round(store, checkout.common_dir, now_ms)).has_more
    await take_in(store, checkout)
    assert names(spool) == []
    assert len(await store.activity(CHAMBER, 9)) == 5


async def test_another_reader_is_not_waited_for_longer_than_asked(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    worker.fire("Stop")
    with locked_spool(checkout.common_dir):
        await take_in_spool(store, checkout.common_dir, now_ms, patience=0.01)
        assert len(names(spool)) == 1
    await take_in(store, checkout)
    assert names(spool) == []


async def test_a_report_of_the_future_hides_nothing_that_comes_before_it(
    store: Store, checkout: HookedCheckout, worker: Session, spool: Path
) -> None:
    worker.fire("Stop")
    stop = only_report(spool, "Stop")
    os.utime(stop, (4_000_000_000, 4_000_000_000))
    await take_in(store, checkout)
    worker.fire("PreToolUse", READ)
    await take_in_spool(store, checkout.common_dir, lambda: now_ms() + 1_000)
    assert (await presence(store)).state == "working"
