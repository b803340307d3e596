"""Store, daemon, servers, hooks and rooms are killed under real calls: nothing gets lost.

Checked from outside: by the history, the documents, the spool, and what the workers were shown.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from orchestra_core.events import Event
from orchestra_core.project import Project, find_project
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.open_store import open_store
from orchestra_server.files.spool.spool_folder import spool_folder
from orchestra_server.files.spool.worker_reports import TornReportError, read_report
from tests.support.git.repositories import small_repository
from tests.support.kills.chaos import Chaos, chaos
from tests.support.proofs import FULL, Tally, scaled
from tests.support.stores.valkey_users import a_user_of_their_own
from tests.support.waiting import until

NAMES = ("api", "auth", "db", "web")
_SECONDS = scaled(5.0, 600.0)
_BETWEEN_KILLS = scaled(0.7, 2.5)  # seconds at most
_HALVES_GONE_IN = 20.0  # seconds
_ENDED_IN = 60.0
_CALM_SECONDS = scaled(60.0, 120.0)


@pytest.mark.timeout(900)
async def test_no_call_event_message_or_report_is_lost_or_double_whatever_is_killed(
    tmp_path: Path, tally: Tally
) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    repository = small_repository(tmp_path / "shop")
    with a_user_of_their_own() as settings:
        async with chaos(repository, settings, seed) as scene:
            await scene.open_chambers(NAMES)
            await _rage(scene)
            await _calm_down(scene)
            last_words = await _end_turns(scene)
            assert await scene.command("status"), scene.promises.errors
            await asyncio.to_thread(scene.room.look, *last_words.values())
            await _check(scene, settings, last_words, seed)
        await _nothing_runs(scene)
    tally(
        seed=seed,
        calls=len(scene.promises.tried),
        calls_acknowledged=len(scene.promises.acknowledged),
        rooms_opened=scene.room.opened,
        messages_from_rooms=len(scene.room.acknowledged),
        tool_calls_of_workers=sum(worker.calls for worker in scene.workers),
        **{f"{kind}s_killed": count for kind, count in scene.killed.items()},
    )


async def _nothing_runs(scene: Chaos) -> None:
    with suppress(TimeoutError):
        await until(lambda: not scene.processes(), _ENDED_IN)
    assert scene.processes() == []


async def _rage(scene: Chaos) -> None:
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for worker in scene.workers:
            group.create_task(worker.work(over))
        for number, server in enumerate(scene.servers):
            group.create_task(scene.call_tools(server, f"server{number}", over))
        group.create_task(scene.use_commands(over))
        group.create_task(scene.use_room(over))
        until_time = time.monotonic() + _SECONDS
        while time.monotonic() < until_time:
            await asyncio.sleep(scene.chance.uniform(0.1, _BETWEEN_KILLS))
            await scene.kill_one()
        over.set()


async def _calm_down(scene: Chaos) -> None:
    """Let the workers go on until all mail has been shown; nothing is killed any more."""
    for server in scene.servers:
        async with asyncio.timeout(_CALM_SECONDS):
            while True:
                try:
                    await server.call("get_parallel_status", {"task_id": scene.task_id})
                except Exception as error:  # noqa: BLE001 - it starts again
                    scene.promises.errors[f"after the chaos: {error}"] += 1
                    await asyncio.sleep(0.2)
                else:
                    break
    async with asyncio.timeout(_CALM_SECONDS):
        while not await _all_shown(scene):
            for worker in scene.workers:
                await worker.call_tool()


async def _all_shown(scene: Chaos) -> bool:
    project = find_project(scene.repository.path)
    async with open_store(project.id, scene.settings) as store:
        interrupts = (await store.snapshot()).interrupts.values()
    unread = [interrupt for interrupt in interrupts if interrupt.is_unread]
    return not unread and not any(worker.has_mail() for worker in scene.workers)


async def _end_turns(scene: Chaos) -> dict[str, str]:
    """End each worker's turn with words of its own."""
    words = {worker.chamber.name: f"the end of {worker.chamber.name}" for worker in scene.workers}
    for worker in scene.workers:
        await worker.end_turn(words[worker.chamber.name])
    return words


async def _check(scene: Chaos, settings: Settings, last_words: dict[str, str], seed: int) -> None:
    project = find_project(scene.repository.path)
    async with open_store(project.id, settings) as store:
        state, events = await store.snapshot(), await store.events()
    about = f"seed {seed}, killed {dict(scene.killed)}"
    _check_history(events, state, about)
    _check_promises(scene, events, state, about)
    _check_mail(scene, events, state, about)
    presence = {presence.chamber_id.split("/")[1]: presence for presence in state.presence.values()}
    assert {
        name: (worker_presence.state, worker_presence.message)
        for name, worker_presence in presence.items()
    } == {name: ("idle", words) for name, words in last_words.items()}, about
    assert [path for path in _spooled(project) if not _is_half(path)] == [], about
    if FULL:
        await until(lambda: not _spooled(project), _HALVES_GONE_IN)
    assert [complaint for worker in scene.workers for complaint in worker.complaints] == [], about
    assert scene.promises.tracebacks == [], about
    assert scene.room.complaints == [], about


def _spooled(project: Project) -> list[Path]:
    """Return what lies in the spool; what a killed hook began to write has a name with a dot."""
    folder = spool_folder(project.git_dir)
    return [path for path in folder.rglob("[!.]*") if path.is_file()]


def _is_half(report: Path) -> bool:
    """Tell whether it is a report whose writer was killed; it waits ten seconds for the rest."""
    try:
        read_report(report.read_bytes(), 1)
    except (TornReportError, FileNotFoundError):
        return True
    return False


def _check_history(events: Sequence[Event], state: ProjectState, about: str) -> None:
    assert [event.seq for event in events] == list(range(1, len(events) + 1)), about
    assert len({(event.seq, event.nonce) for event in events}) == len(events), about
    replayed = ProjectState()
    for event in events:
        replayed.apply(event)
    for name in ("tasks", "chambers", "agents", "discoveries", "interrupts"):
        assert getattr(replayed, name) == getattr(state, name), (name, about)


def _check_promises(scene: Chaos, events: Sequence[Event], state: ProjectState, about: str) -> None:
    seen = Counter[str]()
    seen.update(interrupt.message for interrupt in state.interrupts.values())
    seen.update(discovery.text for discovery in state.discoveries.values())
    seen.update(event.data.action for event in events if event.data.action)
    # With what was stored in its place: keys that were typed before its dialog may stand in it.
    lost = {
        mark: [text for text in seen if mark in text]
        for mark in scene.promises.acknowledged
        if not seen[mark]
    }
    assert lost == {}, about
    double = [mark for mark in scene.promises.tried if seen[mark] > 1]
    assert double == [], about
    recorded = sum(bool(event.data.action.startswith("chaos-")) for event in events)
    assert sum(agent.actions for agent in state.agents.values()) == recorded, about


def _check_mail(scene: Chaos, events: Sequence[Event], state: ProjectState, about: str) -> None:
    shown, by_killed = Counter[str](), Counter[str]()
    for worker in scene.workers:
        shown.update(worker.shown)
        by_killed.update(worker.shown_by_killed)
    for interrupt in state.interrupts.values():
        mark = interrupt.message
        assert interrupt.state == "acted", (interrupt, about)
        assert shown[mark] + by_killed[mark] >= 1, (interrupt, about)
        assert shown[mark] <= 1, (interrupt, about)
        stamps = [event.kind for event in events if _is_about(event, interrupt.id)]
        assert len(stamps) == len(set(stamps)), (stamps, about)


def _is_about(event: Event, interrupt_id: str) -> bool:
    return event.data.interrupt is not None and event.data.interrupt.id == interrupt_id
