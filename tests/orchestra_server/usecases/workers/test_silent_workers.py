"""A worker that reports nothing is looked at: its turn may be aborted, or its process gone."""

import json
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.errors import StoreUnavailable
from orchestra_core.models import Presence
from orchestra_core.names import chamber_id
from orchestra_core.process.process_mark import process_mark
from orchestra_core.store.store import Store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery.delivery_loop import deliver_as_leader
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until_awaited


@pytest.fixture
async def auth(context: Context) -> tuple[str, TestRepository]:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    return chamber_id(task_id, "auth"), chambers["auth"]


@asynccontextmanager
async def watching(context: Context) -> AsyncGenerator[None]:
    async with deliver_as_leader(context.store, context.project, now_ms):
        yield


async def until_state(context: Context, key: str, state: str) -> Presence:
    async def has_state() -> bool:
        presence = await context.store.presence(key)
        return presence is not None and presence.state == state

    await until_awaited(has_state)
    presence = await context.store.presence(key)
    assert presence is not None
    return presence


def working(key: str, *, process: str = "", transcript: Path | None = None) -> Presence:
    return Presence(
        chamber_id=key,
        state="working",
        tool="Bash",
        detail="make",
        since=now_ms(),
        process=process,
        transcript=str(transcript or ""),
    )


def abort(transcript: Path) -> None:
    """Write what a client writes when a person aborts its turn."""
    at = datetime.fromtimestamp(now_ms() / 1_000 + 1, UTC).isoformat()
    content = [{"type": "text", "text": "[Request interrupted by user]"}]
    said = {"type": "user", "timestamp": at, "message": {"content": content}}
    transcript.write_text(json.dumps(said, separators=(",", ":")) + "\n")


def a_client() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)


async def test_a_worker_whose_process_is_killed_is_gone(
    context: Context, auth: tuple[str, TestRepository]
) -> None:
    key, _ = auth
    with a_client() as client:
        mark = process_mark(client.pid)
        client.kill()
    async with watching(context):
        await context.store.report_presence(working(key, process=mark))
        presence = await until_state(context, key, "gone")
    assert (presence.tool, presence.process) == ("", "")


async def test_a_worker_whose_turn_is_aborted_is_idle_and_mail_wakes_it(
    context: Context, auth: tuple[str, TestRepository], tmp_path: Path
) -> None:
    key, chamber = auth
    transcript = tmp_path / "s.jsonl"
    transcript.write_text("")
    report = working(key, transcript=transcript)
    async with watching(context):
        await context.store.report_presence(report)
        abort(transcript)
        presence = await until_state(context, key, "aborted")
    assert report.since < presence.since
    assert (chamber.path / ".claude/hooks/interrupt_monitor.idle").read_text()


async def test_an_aborted_turn_is_reported_again_after_the_store_was_away(
    context: Context,
    auth: tuple[str, TestRepository],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key, _ = auth
    real, failures = Store.report_presence, ["first"]

    async def fails_once(store: Store, presence: Presence) -> None:
        if presence.state == "aborted" and failures:
            raise StoreUnavailable(failures.pop())
        await real(store, presence)

    monkeypatch.setattr(Store, "report_presence", fails_once)
    transcript = tmp_path / "s.jsonl"
    async with watching(context):
        await context.store.report_presence(working(key, transcript=transcript))
        abort(transcript)
        await until_state(context, key, "aborted")
    assert failures == []


async def test_a_process_that_reported_once_may_be_any_and_is_not_missed(
    context: Context, auth: tuple[str, TestRepository]
) -> None:
    key, _ = auth
    async with watching(context):
        await context.store.report_presence(working(key, process="?1@never"))
        with a_client() as client:
            mark = process_mark(client.pid)
            client.kill()
        other = working(key, process=mark)
        await context.store.report_presence(other)
        await until_state(context, key, "gone")
    states = {report.state for report in await context.store.activity(key, 9)}
    assert states == {"working", "gone"}
    assert len(await context.store.activity(key, 9)) == 3
