"""What a month of a busy team takes of the store, measured on some of its tasks and multiplied.

`python -m benchmarks.busy_month` writes ten whole tasks into a Valkey of its own, by the scripts
that write real ones, and archives them. The team: eight people start twenty tasks a day,
each with four chambers, on 22 days. A chamber's worker works for six hours and calls a tool every
three seconds; every fifteen minutes an action of it is recorded, it finds four things and is
interrupted three times. Each call is a report of presence: the last one, and about 500 before it,
are kept until the task is archived, and none becomes an event.
"""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from msgspec.structs import replace

from benchmarks.projects import invented_project
from benchmarks.projects.places import a_place
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Agent, Chamber, Discovery, Interrupt, InterruptState, Presence
from orchestra_core.store.archive import archive_ended
from orchestra_core.store.checkpoint import trim_history
from orchestra_core.store.client.reply_parser import as_number
from orchestra_core.store.client.server_version import read_info
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store

DAYS, TASKS_A_DAY, CHAMBERS = 22, 20, 4
HOURS, CALL_SECONDS = 6, 3
ACTIONS, DISCOVERIES, INTERRUPTS = HOURS * 4, 4, 3
REPORTS = HOURS * 3_600 // CALL_SECONDS
KEPT_DAYS = 7
_MEASURED = 10
_REPORTING = 2  # chambers that send all their reports, which cost the same in each
_AT_ONCE = 200
_REWRITING = "aof_rewrite_in_progress"
_STEPS: tuple[InterruptState, ...] = ("sent", "posted", "delivered", "acted")
_DONE = "edited the session handling and ran its tests; the interfaces are as they were"


@dataclass(frozen=True, slots=True)
class Size:
    """What the server holds, in bytes."""

    memory: int
    file: int
    stream: int
    archive: int


def task_events(number: int) -> Iterator[Event]:
    """Return the events of a whole task."""
    numbers = count()
    task = replace(invented_project.task(number), started_at=invented_project.BEGAN)

    def event(kind: Kind, data: EventData, chamber: str = "") -> Event:
        at = invented_project.BEGAN + next(numbers) * 1_000
        return Event(
            at=at, kind=kind, actor="conductor", task_id=task.id, chamber=chamber, data=data
        )

    yield event("task.started", EventData(task=task))
    for phase in invented_project.PHASES:
        task = replace(task, phase=phase.name)
        yield event("task.phase-advanced", EventData(task=task))
    for place in range(CHAMBERS):
        chamber = invented_project.chamber(number * CHAMBERS + place, number)
        for kind, data in _chamber(chamber):
            yield event(kind, data, chamber.name)
    yield event("task.completing", EventData(task=replace(task, state="completing")))
    done = replace(task, state="completed", finished_at=invented_project.BEGAN, summary=_DONE)
    yield event("task.completed", EventData(task=done))


def _chamber(chamber: Chamber) -> Iterator[tuple[Kind, EventData]]:
    yield "chamber.reserved", EventData(chamber=replace(chamber, state="creating"))
    yield "chamber.created", EventData(chamber=chamber)
    for done in range(1, ACTIONS + 1):
        agent = Agent(
            id=f"{chamber.task_id}/worker-{chamber.name}",
            task_id=chamber.task_id,
            agent_id=f"worker-{chamber.name}",
            chamber=chamber.name,
            actions=done,
            last_action=_DONE,
            last_at=invented_project.BEGAN,
        )
        yield "agent.acted", EventData(agent=agent, action=_DONE, result="done")
    for number in range(DISCOVERIES):
        discovery = Discovery(
            id=f"{chamber.id}-{number}",
            task_id=chamber.task_id,
            agent_id=f"worker-{chamber.name}",
            chamber=chamber.name,
            text="the session table has no index on its user, so that each login reads all of it",
            at=invented_project.BEGAN,
        )
        yield "discovery.shared", EventData(discovery=discovery)
    for sent in range(INTERRUPTS):
        for kind, mail in _mail(chamber, f"{chamber.id}-{sent}"):
            yield kind, EventData(interrupt=mail)
    yield "chamber.closing", EventData(chamber=replace(chamber, state="closing"))
    yield "chamber.closed", EventData(chamber=replace(chamber, state="closed"))


def _mail(chamber: Chamber, identifier: str) -> Iterator[tuple[Kind, Interrupt]]:
    kinds: tuple[Kind, ...] = (
        "interrupt.sent",
        "interrupt.posted",
        "interrupt.delivered",
        "interrupt.acted",
    )
    for kind, state in zip(kinds, _STEPS, strict=True):
        yield (
            kind,
            Interrupt(
                id=identifier,
                task_id=chamber.task_id,
                chamber=chamber.name,
                message="the interface of the session store has changed: read it before you go on",
                actor="operator",
                state=state,
                sent_at=invented_project.BEGAN,
            ),
        )


async def measure() -> list[str]:
    """Write the tasks, and return the reckoning in lines."""
    with a_place() as place:
        async with open_store("month", place.settings) as store:
            with a_pipeline(place.server.url, "month") as pipeline:
                empty = await _size(store)
                for number in range(_MEASURED):
                    pipeline.commit(Change(events=(event,)) for event in task_events(number))
                written = await _size(store)
                events = (await store.snapshot()).seq
                _report(pipeline)
                reported = await _size(store)
                if (await store.snapshot()).seq != events:
                    raise RuntimeError("reports of presence have become events")
            await archive_ended(store, invented_project.BEGAN, keep=0)
            archived = await _size(store)
            await _rewrite(store)
            lines = _lines(events, empty, written, reported, archived, await _size(store))
            removed = await trim_history(store, invented_project.BEGAN * 2)
            trimmed = await _size(store)
            lines.append(
                f"trimming {removed:,} events gave back "
                f"{(archived.memory - trimmed.memory) / removed:.0f} bytes of memory for each"
            )
            return lines


def _report(pipeline: Pipeline) -> None:
    tools = ("Read", "Edit", "Bash", "Grep")
    for place in range(_REPORTING):
        chamber = invented_project.chamber(place, 0)
        reports = [
            Presence(
                chamber_id=chamber.id,
                state="working",
                tool=tools[number % 4],
                since=invented_project.BEGAN + number * CALL_SECONDS * 1_000,
            )
            for number in range(REPORTS)
        ]
        for start in range(0, REPORTS, _AT_ONCE):
            pipeline.ask(*map(pipeline.reported, reports[start : start + _AT_ONCE]))


def _lines(events: int, *sizes: Size) -> list[str]:
    empty, written, reported, archived, rewritten = sizes
    tasks, chambers = DAYS * TASKS_A_DAY, DAYS * TASKS_A_DAY * CHAMBERS
    a_day = TASKS_A_DAY / _MEASURED
    stream = archived.stream * a_day
    archive = archived.archive * a_day
    presence = (reported.memory - written.memory) / _REPORTING
    told = (reported.file - written.file) / _REPORTING
    log = (written.file - empty.file + archived.file - reported.file) * a_day
    on_disk = rewritten.file * a_day
    live = presence * TASKS_A_DAY * CHAMBERS

    def mib(size: float) -> str:
        return f"{size / 2**20:,.1f} MiB"

    return [
        (
            f"one event: {archived.stream / events:.0f} bytes of memory in the history, "
            f"{(written.file - empty.file) / events:.0f} of append-only file"
        ),
        (
            f"one task ({events // _MEASURED} events): {archived.stream / _MEASURED / 1024:.0f} "
            f"KiB of history and {archived.archive / _MEASURED / 1024:.0f} KiB of archive in memory"
        ),
        (
            f"one worker: {presence / 1024:.0f} KiB of memory until its task is archived, and for "
            f"each of its {REPORTS:,} reports {told / REPORTS:.0f} bytes of append-only file"
        ),
        (
            f"a month: {tasks:,} tasks, {chambers:,} chambers, {events * tasks // _MEASURED:,} "
            f"events, {chambers * REPORTS:,} reports"
        ),
        (
            f"memory at its end: {mib((stream + archive) * DAYS + live)}, of it history "
            f"{mib(stream * DAYS)}, archive {mib(archive * DAYS)}, presence {mib(live)}"
        ),
        (
            f"with {KEPT_DAYS} of the {DAYS} days of history kept: "
            f"{mib(stream * KEPT_DAYS + archive * DAYS + live)}"
        ),
        (
            f"written into the append-only file: {mib(log * DAYS)} of events, "
            f"{mib(told * chambers)} of reports; rewritten, it has {mib(on_disk * DAYS)}"
        ),
    ]


async def _size(store: Store) -> Size:
    memory, persistence = (
        await read_info(store.client, "memory"),
        await read_info(store.client, "persistence"),
    )
    keys = store.keys

    async def used(key: str) -> int:
        return as_number(await store.client.call("MEMORY", "USAGE", key, "SAMPLES", 0))

    return Size(
        memory=int(memory["used_memory"]),
        file=int(persistence["aof_current_size"]),
        stream=await used(keys.stream),
        archive=await used(keys.archive) + await used(keys.ended),
    )


async def _rewrite(store: Store) -> None:
    await store.client.call("BGREWRITEAOF")
    async with asyncio.timeout(60):
        while (await read_info(store.client, "persistence"))[_REWRITING] != "0":  # noqa: ASYNC110 - no event says it
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    sys.stdout.write("\n".join(asyncio.run(measure())) + "\n")
