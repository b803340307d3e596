"""Takes in what hooks have left: presence, and receipts of mail, with the times of writing.

Readers of the state do this first; the delivery loop does it as files come. A process that is
killed in between leaves claimed files, which are taken in again: a stamp never goes back, and a
report that was already recorded is not added again.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from orchestra_core.clock import Clock
from orchestra_core.models import Chamber, Interrupt, Presence, WorkerRequest
from orchestra_core.store.store import Store
from orchestra_server.files.requests.answer_files import waiting_ids
from orchestra_server.files.requests.request_files import UnreadableRequestError, read_asked
from orchestra_server.files.spool.receipts import Receipt, read_receipts, receipts_in_chamber
from orchestra_server.files.spool.spool_folder import (
    SpoolFile,
    claim_files,
    has_files,
    locked_spool,
    refuse_file,
)
from orchestra_server.files.spool.worker_reports import TornReportError, read_report
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.report_batch import ReportBatch
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.requests.withdraw_requests import withdraw_by_report

_FILES_AT_ONCE = 500  # or a quarter of the files, so that a long absence is read in a few rounds
_RECORDED_AT_ONCE = 100  # the most that a killed reader leaves to be recorded again
# Seconds after which an incomplete report belongs to a dead writer.
_TORN_AGE_S = 10
_PATIENCE_S = 1.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class SpoolIntake:
    """What was taken in: the stamped interrupts, and whether there is more to come."""

    stamped: list[Interrupt] = field(default_factory=list[Interrupt])
    has_more: bool = False
    is_anothers: bool = False  # another process is reading, perhaps not all that is there now
    is_torn: bool = False  # a report is still being written


@dataclass(frozen=True, slots=True)
class _Content:
    file: SpoolFile
    receipts: Sequence[Receipt] = ()
    presence: Presence | None = None
    request: WorkerRequest | None = None
    report: bytes = b""


async def take_in_spool(
    store: Store, common_dir: Path, clock: Clock, patience: float = _PATIENCE_S
) -> SpoolIntake:
    """Take in the whole spool; wait at most `patience` seconds for another process that does so.

    An unreadable spool is logged. Raises StoreUnavailable; what was not taken in yet stays.
    """
    intake = SpoolIntake()
    if not has_files(common_dir):
        return intake
    while True:
        one_round = await take_in_round(store, common_dir, clock, patience)
        intake.stamped += one_round.stamped
        intake.is_torn = one_round.is_torn
        if not one_round.has_more:
            return intake


async def take_in_round(
    store: Store, common_dir: Path, clock: Clock, patience: float = 0.0
) -> SpoolIntake:
    """Take in a bounded number of files, unless another process does."""
    intake = SpoolIntake()
    lock = locked_spool(common_dir, patience)
    try:
        contents = await asyncio.to_thread(_claim_and_read, lock, common_dir, intake)
    except OSError as fault:
        _log.warning("the spool %s cannot be read (%s)", common_dir, fault.strerror)
        return intake
    try:
        await _take_in(store, common_dir, clock, intake, contents)
    finally:
        lock.__exit__(None, None, None)
    return intake


def _claim_and_read(
    lock: AbstractContextManager[bool], common_dir: Path, intake: SpoolIntake
) -> Sequence[_Content]:
    """Enter the lock, and return what was claimed and read if it is held. Blocking.

    All of it is one step in a thread: each step costs more than what is done in it.
    """
    intake.is_anothers = not lock.__enter__()
    if intake.is_anothers:
        return ()
    try:
        files = claim_files(common_dir, _FILES_AT_ONCE)
    except OSError as fault:
        _log.warning("the spool %s cannot be read (%s)", common_dir, fault.strerror)
        return ()
    intake.has_more = sum(file.is_new for file in files) >= _FILES_AT_ONCE
    contents, intake.is_torn = _read_all(files)
    return contents


async def take_in_all_of(context: Context, *chambers: Chamber) -> None:
    """Take in the spool and the chambers: everything that their hooks have left."""
    await take_in_spool(context.store, context.project.git_dir, context.clock)
    await _take_receipts(context.store, [Path(chamber.path) for chamber in chambers])


async def take_receipts_in_chamber(store: Store, chamber_path: Path) -> bool:
    """Take in receipts that hooks could leave only in a chamber; return whether there were any."""
    return await _take_receipts(store, [chamber_path])


async def _take_receipts(store: Store, chamber_paths: Sequence[Path]) -> bool:
    files = await asyncio.to_thread(
        lambda: [file for path in chamber_paths for file in receipts_in_chamber(path)]
    )
    for path, receipts in files:
        await _stamp(store, receipts)
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return bool(files)


async def _take_in(
    store: Store, common_dir: Path, clock: Clock, intake: SpoolIntake, contents: Sequence[_Content]
) -> None:
    if not contents:
        return
    # A report that ends a wait was written after the wait began, so it ends no later wait.
    hooks_wait = bool(waiting_ids(common_dir))
    reports, now = ReportBatch(store), clock()
    for begin in range(0, len(contents), _RECORDED_AT_ONCE):
        batch = contents[begin : begin + _RECORDED_AT_ONCE]
        for content in batch:
            intake.stamped += await _stamp(store, content.receipts)
            if content.presence is not None:
                await reports.add(_not_later(content.presence, now))
            if content.request is not None:
                await reports.record()
                await record_request(store, common_dir, content.request)
                reports.forget(content.request.chamber_id)
            if content.report and hooks_wait:
                written_ns = content.file.written_ns
                await withdraw_by_report(store, common_dir, content.report, written_ns, clock)
        await reports.record()
        for content in batch:
            content.file.path.unlink(missing_ok=True)


def _read_all(files: Sequence[SpoolFile]) -> tuple[list[_Content], bool]:
    """Read files in order; unreadable ones are put aside, an incomplete report waits a while."""
    contents, is_torn = list[_Content](), False
    for file in files:
        try:
            raw = file.read()
            if file.receipt_state:
                receipts = read_receipts(raw, file.receipt_state, file.written_ns)
                contents.append(_Content(file, receipts=receipts))
            elif file.is_request:
                contents.append(_Content(file, request=read_asked(raw, file.written_ns)))
            else:
                presence = read_report(raw, file.written_ns)
                contents.append(_Content(file, presence=presence, report=raw))
        except FileNotFoundError:
            continue
        except OSError as fault:
            _log.warning("%s cannot be read (%s) and was put aside", file.name, fault.strerror)
            refuse_file(file)
        except UnreadableRequestError as fault:
            _log.warning("%s is no request (%s) and was put aside", file.name, fault)
            refuse_file(file)
        except TornReportError:
            if time.time() - file.written_ns / 1e9 < _TORN_AGE_S:
                is_torn = True
            else:
                file.path.unlink(missing_ok=True)
    return contents, is_torn


def _not_later(presence: Presence, now: int) -> Presence:
    """Return presence with a time not in the future, which would hide all reports before then."""
    return presence if presence.since <= now else replace(presence, since=now)


async def _stamp(store: Store, receipts: Sequence[Receipt]) -> list[Interrupt]:
    """Stamp interrupts in the name of their worker; return those that exist."""
    stamped = list[Interrupt]()
    for receipt in receipts:
        recorded = await _interrupt(store, receipt.interrupt_id)
        if recorded is not None and recorded.state != receipt.state:
            interrupt = await store.stamp_interrupt(
                receipt.interrupt_id, receipt.state, at=receipt.at, actor=recorded.chamber
            )
            stamped += [interrupt] if interrupt is not None else []
    return stamped


async def _interrupt(store: Store, interrupt_id: str) -> Interrupt | None:
    return await store.read(lambda reads: reads.interrupt(interrupt_id))
