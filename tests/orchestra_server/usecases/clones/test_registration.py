"""A cloned machine has the same id: the one heard first keeps it, the other takes a new one."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.clone.clone_id import clone_id, noted_clone
from orchestra_core.errors import Refused
from orchestra_core.models import Clone
from orchestra_core.store.store import Contended, Store
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.clones.registration import (
    CloneHeartbeat,
    describe_clone,
    register_clone,
)
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task
from tests.support.git.git_count import counted_git
from tests.support.waiting import until

BEAT = 40  # ms


@asynccontextmanager
async def on_duty(context: Context) -> AsyncGenerator[CloneHeartbeat]:
    heartbeat = CloneHeartbeat(context.store, context.project, beat_ms=BEAT)
    heartbeat.chambers_live(here=True)
    running = asyncio.create_task(heartbeat.run())
    try:
        yield heartbeat
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def other_machine(store: Store, context: Context, identifier: str) -> None:
    """Be heard as another running machine that has the same id."""
    clone = describe_clone(context.project, identifier)
    await store.say_heard(clone, "the other machine", "mail", silent_ms=1)


async def test_a_clone_on_duty_keeps_sending_heartbeats_and_says_when_it_leaves(
    context: Context,
) -> None:
    identifier = context.clone
    async with on_duty(context):
        await until_heard(context, identifier, times=3)
    heartbeat = (await context.store.heartbeats())[identifier]
    assert not heartbeat.is_on_duty


async def until_heard(context: Context, identifier: str, times: int) -> None:
    moments = set[int]()
    async with asyncio.timeout(60):
        while len(moments) < times:
            state = await context.store.snapshot()
            if identifier in state.heartbeats:
                moments.add(state.heartbeats[identifier].at // (BEAT // 2))


async def test_an_idle_heartbeat_starts_no_process(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        async with on_duty(context):
            await until_heard(context, context.clone, times=3)
            count.forget()
            await until_heard(context, context.clone, times=6)
            assert count.commands == []


async def test_a_clone_without_chambers_is_heard_once(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    duties = list[str | None]()
    say_heard = Store.say_heard

    async def counted(
        store: Store, clone: Clone, holder: str, serves: str | None, *, silent_ms: int
    ) -> Contended | None:
        answer = await say_heard(store, clone, holder, serves, silent_ms=silent_ms)
        duties.append(serves)
        return answer

    monkeypatch.setattr(Store, "say_heard", counted)
    async with on_duty(context) as heartbeat:
        heartbeat.chambers_live(here=False)
        await until(lambda: duties == ["mail"])
        heard = (await context.store.heartbeats())[context.clone].at
        async with asyncio.timeout(60):
            while now_ms() - heard < 5 * BEAT:
                await context.store.heartbeats()
        assert duties == ["mail"]
        heartbeat.chambers_live(here=True)
        await until(lambda: len(duties) > 1)


async def test_an_id_is_disputed_while_another_machine_that_has_it_was_heard(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await other_machine(context.store, context, context.clone)
    with pytest.raises(Refused, match="another machine has this clone's id"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert context.clone == ""
    note = noted_clone(context.project.git_dir)
    assert note is not None
    assert note.disputed


async def test_the_second_of_two_machines_takes_a_new_id_and_says_so_in_one_line(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    identifier = clone_id(context.project.git_dir)
    async with on_duty(context), asyncio.timeout(60):
        clone = describe_clone(context.project, identifier)
        while not any("keeps the id" in record.getMessage() for record in caplog.records):
            await context.store.say_heard(clone, "the other", "mail", silent_ms=1)
    assert context.clone not in {"", identifier}
    assert (await context.store.heartbeats())[identifier].holder == "the other"
    [line] = [
        record.getMessage() for record in caplog.records if "keeps the id" in record.getMessage()
    ]
    assert context.clone in line


async def test_a_clone_keeps_its_id_when_the_other_machine_falls_silent(context: Context) -> None:
    identifier = clone_id(context.project.git_dir)
    await other_machine(context.store, context, identifier)
    async with on_duty(context):
        await until(lambda: context.clone == "")
        await until(lambda: context.clone == identifier)
        assert (await context.store.heartbeats())[identifier].holder != "the other machine"


async def test_a_dispute_that_is_over_leaves_the_id_as_it_was(context: Context) -> None:
    identifier = context.clone
    await other_machine(context.store, context, identifier)
    await register_clone(context.store, context.project)
    assert context.clone == ""
    clone = describe_clone(context.project, identifier)
    await context.store.say_heard(clone, "the other machine", "", silent_ms=1)
    await register_clone(context.store, context.project)
    assert context.clone == identifier
