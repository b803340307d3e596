"""Discoveries that workers write into their chambers."""

import asyncio
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.events import Event, EventData
from orchestra_core.models import Chamber, Presence
from orchestra_server.files.chamber.discovery_file import CLAIMED
from orchestra_server.files.hook.find_reader import DISCOVERY
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.workers import take_in_discoveries as intake_module
from orchestra_server.usecases.workers.take_in_discoveries import (
    DiscoveryIntake,
    take_in_discoveries,
)
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.stores.store_watch import commit
from tests.support.waiting import until


async def opened(context: Context) -> tuple[str, dict[str, Path]]:
    task = await a_started_task(context)
    sides = await chambers_open(context, task, ["auth", "web"])
    return task, {name: side.path for name, side in sides.items()}


async def test_a_critical_discovery_is_recorded_as_its_workers_and_reaches_the_others(
    context: Context,
) -> None:
    task, sides = await opened(context)
    (sides["auth"] / DISCOVERY).write_text("critical the session table has no user id\ninfo x\n")
    await take_in_discoveries(context, await chamber_of(context, task, "auth"))
    state = await context.store.snapshot()
    recorded = {
        discovery.text: (discovery.severity, discovery.chamber)
        for discovery in state.discoveries.values()
    }
    assert recorded == {
        "the session table has no user id": ("critical", "auth"),
        "x": ("info", "auth"),
    }
    mail = (sides["web"] / ".INTERRUPT").read_text()
    assert "the session table has no user id" in mail
    assert '"from": "agent implementation-executor-auth"' in mail
    assert not (sides["auth"] / ".INTERRUPT").exists()
    assert not (sides["auth"] / DISCOVERY).exists()
    assert not (sides["auth"] / CLAIMED).exists()
    shared = [event for event in await context.store.events() if event.data.discovery is not None]
    assert {event.actor for event in shared} == {"auth"}


async def test_a_file_that_is_taken_in_again_after_a_kill_is_recorded_once(
    context: Context,
) -> None:
    task, sides = await opened(context)
    for _ in range(2):
        (sides["auth"] / CLAIMED).write_text("important use S256 only\n")
        await take_in_discoveries(context, await chamber_of(context, task, "auth"))
    assert len((await context.store.snapshot()).discoveries) == 1


@pytest.mark.parametrize("what", ["malformed", "huge", "link"])
async def test_what_is_no_discovery_is_answered_in_one_line(context: Context, what: str) -> None:
    task, sides = await opened(context)
    file = sides["auth"] / DISCOVERY
    names = [*await asyncio.to_thread(os.listdir, file.parent), ".INTERRUPT"]
    if what == "malformed":
        file.write_text("the table is gone\n")
    elif what == "huge":
        file.write_text("info x\n" * 60_000)
    else:
        file.symlink_to("/etc/passwd")
    await take_in_discoveries(context, await chamber_of(context, task, "auth"))
    state = await context.store.snapshot()
    (answer,) = state.interrupts.values()
    assert (answer.chamber, answer.actor) == ("auth", "orchestra")
    assert answer.message.startswith("Your .DISCOVERY was not taken in completely: ")
    assert "\n" not in answer.message
    assert state.discoveries == {}
    assert sorted(await asyncio.to_thread(os.listdir, file.parent)) == sorted(names)


async def test_a_half_written_file_is_looked_at_again(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "_HALF_WRITTEN_S", 0.01)
    task, sides = await opened(context)
    file = sides["auth"] / DISCOVERY
    file.write_text("critical the ses")
    intake = DiscoveryIntake(context)
    running = asyncio.create_task(intake.run())
    try:
        intake.look_into(await chamber_of(context, task, "auth"))
        await until(file.exists)
        file.write_text("critical the session table is gone\n")
        await until((sides["web"] / ".INTERRUPT").exists)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    (discovery,) = (await context.store.snapshot()).discoveries.values()
    assert discovery.text == "the session table is gone"


async def test_a_file_without_an_end_is_whole_once_the_tool_that_wrote_it_has_ended(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "_HALF_WRITTEN_S", 60)
    task, sides = await opened(context)
    chamber = await chamber_of(context, task, "auth")
    file = sides["auth"] / DISCOVERY
    file.write_text("critical the session table is gone")
    intake = DiscoveryIntake(context)
    running = asyncio.create_task(intake.run())
    try:
        ended = int(file.stat().st_mtime * 1_000) + 1
        using = Presence(chamber_id=chamber.id, state="working", tool="Write", since=ended)
        intake.look_into(chamber, using)
        await asyncio.sleep(0)
        assert file.exists()
        intake.look_into(chamber, replace(using, tool=""))
        await until((sides["web"] / ".INTERRUPT").exists)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_chamber_that_cannot_be_written_is_logged_and_the_intake_goes_on(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    task, sides = await opened(context)
    calls = list[Path]()

    def refused(chamber: Path, *, is_last: bool, written_until_ms: int) -> None:
        assert (is_last, written_until_ms) == (False, 0)
        calls.append(chamber)
        raise PermissionError(13, "Permission denied", str(chamber))

    for side in sides.values():
        (side / DISCOVERY).write_text("info a\n")
    monkeypatch.setattr(intake_module, "claim_discovery_file", refused)
    intake = DiscoveryIntake(context)
    running = asyncio.create_task(intake.run())
    for name in sides:
        intake.look_into(await chamber_of(context, task, name))
    await until(lambda: calls == [sides["auth"], sides["web"]])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "Permission denied" in caplog.text


async def test_a_report_of_a_worker_that_wrote_nothing_asks_nobody(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, sides = await opened(context)
    chambers = {name: await chamber_of(context, task, name) for name in sides}
    monkeypatch.setattr(intake_module, "is_here", None)  # it would read the clone's id
    await take_in_discoveries(context, chambers["auth"])
    taken = list[str]()

    async def take_in(_: Context, chamber: Chamber, *, written_until_ms: int) -> None:
        taken.append(chamber.name)

    monkeypatch.setattr(intake_module, "take_in_discoveries", take_in)
    (sides["web"] / DISCOVERY).write_text("info a\n")
    intake = DiscoveryIntake(context)
    for chamber in chambers.values():
        intake.look_into(chamber)
    running = asyncio.create_task(intake.run())
    await until(lambda: bool(taken))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert set(taken) == {"web"}


async def test_nothing_is_taken_through_a_link_in_a_chambers_place(
    context: Context, tmp_path: Path
) -> None:
    task, sides = await opened(context)
    moved = tmp_path / "moved"
    await asyncio.to_thread(sides["auth"].rename, moved)
    await asyncio.to_thread(sides["auth"].symlink_to, moved)
    (moved / DISCOVERY).write_text("info a\n")
    await take_in_discoveries(context, await chamber_of(context, task, "auth"))
    assert (moved / DISCOVERY).read_text() == "info a\n"


async def test_a_file_stays_while_its_task_takes_no_changes(context: Context) -> None:
    task, sides = await opened(context)
    chamber = await chamber_of(context, task, "auth")
    await close_chamber(context, task_id=task, chamber="web", confirm=True)
    (sides["auth"] / DISCOVERY).write_text("info a\n")
    state = await context.store.snapshot()
    completing = replace(state.tasks[task], state="completing")
    event = Event(at=1, kind="task.completing", task_id=task, data=EventData(task=completing))
    await commit(context.store, Change(events=(event,)))
    await take_in_discoveries(context, chamber)
    assert (sides["auth"] / DISCOVERY).exists()


async def test_what_a_worker_wrote_last_is_recorded_before_its_chamber_closes(
    context: Context,
) -> None:
    task, sides = await opened(context)
    (sides["auth"] / DISCOVERY).write_text("important: use S256 only")  # without its line's end
    await close_chamber(context, task_id=task, chamber="auth", confirm=True)
    (discovery,) = (await context.store.snapshot()).discoveries.values()
    assert (discovery.chamber, discovery.text) == ("auth", "use S256 only")


async def test_a_critical_discovery_that_was_written_last_holds_the_landing(
    context: Context,
) -> None:
    task, sides = await opened(context)
    (sides["auth"] / DISCOVERY).write_text("critical the session table has no user id\n")
    with pytest.raises(Refused, match="web"):
        await complete_task(context, task_id=task, summary="Login")
    assert "session table" in (sides["web"] / ".INTERRUPT").read_text()
    await complete_task(context, task_id=task, summary="Login", confirm=True)
    assert len((await context.store.snapshot()).discoveries) == 1


async def test_a_closed_chamber_is_not_looked_into(context: Context) -> None:
    task, _ = await opened(context)
    await close_chamber(context, task_id=task, chamber="auth", confirm=True)
    await take_in_discoveries(context, await chamber_of(context, task, "auth"))
    assert (await context.store.snapshot()).discoveries == {}
