"""The JSON files follow what hooks and other clones change."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from orchestra_core.models import Chamber, Presence
from orchestra_core.state import ProjectState
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.keep_projections import ProjectionKeeper, tasks_of_clone
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.samples.documents import a_chamber, a_task
from tests.support.waiting import until


@asynccontextmanager
async def kept(context: Context) -> AsyncGenerator[None]:
    keeping = asyncio.create_task(ProjectionKeeper(context, pause=0.01).run())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_receipt_that_a_hook_left_shows_in_the_files(context: Context) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    sent = await interrupt_worker(context, task_id=task, chamber="auth", message="Use PR 12")
    file = context.project.root / ".claude" / "PARALLEL_STATUS.json"
    assert sent.interrupt_id in await asyncio.to_thread(file.read_text)  # as unread
    async with kept(context):
        await context.store.stamp_interrupt(
            sent.interrupt_id, "delivered", at=context.clock(), actor="auth"
        )
        await until(lambda: sent.interrupt_id not in file.read_text())


async def test_files_that_are_out_of_date_are_rebuilt_at_the_start(context: Context) -> None:
    await a_started_task(context, "Add a login")
    file = context.project.root / ".claude" / "MISSION_CONTEXT.json"
    await asyncio.to_thread(file.unlink)
    async with kept(context):
        await until(file.exists)
    assert (
        "Add a login" in json.loads(await asyncio.to_thread(file.read_text))["tasks"][0]["request"]
    )


async def test_a_file_that_cannot_be_written_does_not_end_the_keeping(
    context: Context, caplog: pytest.LogCaptureFixture
) -> None:
    task = await a_started_task(context)
    folder = context.project.root / ".claude"
    moved = folder.with_name("aside")
    await asyncio.to_thread(folder.rename, moved)
    await asyncio.to_thread(folder.write_text, "in the way")
    async with kept(context):
        await until(lambda: "cannot be written" in caplog.text)
        await asyncio.to_thread(folder.unlink)
        await asyncio.to_thread(moved.rename, folder)
        await asyncio.to_thread((folder / "MISSION_CONTEXT.json").unlink)
        await chambers_open(replace(context, actor="other"), task, ["auth"])
        await until((folder / "MISSION_CONTEXT.json").exists)


async def test_chambers_are_told_with_their_workers_at_first_and_as_they_change(
    context: Context,
) -> None:
    task = await a_started_task(context)
    await chambers_open(context, task, ["auth"])
    report = Presence(chamber_id=f"{task}/auth", state="working", since=context.clock())
    await context.store.report_presence(report)
    told = list[tuple[str, str, Presence | None]]()

    def note(chamber: Chamber, presence: Presence | None) -> None:
        told.append((chamber.name, chamber.state, presence))

    keeping = asyncio.create_task(ProjectionKeeper(context, note).run())
    try:
        await until(lambda: told == [("auth", "live", report)])
        await close_chamber(context, task_id=task, chamber="auth", confirm=True)
        await until(lambda: told[-1] == ("auth", "closed", None))
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def test_a_clone_shows_tasks_that_it_started_or_has_chambers_of() -> None:
    state = ProjectState()
    for name, clone in (("ours", "here"), ("old", ""), ("theirs", "there"), ("shared", "there")):
        state.put(changed(a_task(name), clone=clone))
    state.put(changed(a_chamber("auth", "shared"), clone="here"))
    state.put(changed(a_chamber("web", "theirs"), clone="there"))
    shown = tasks_of_clone([*state.tasks, "gone"], state, "here")
    assert shown == {"ours", "old", "shared"}
