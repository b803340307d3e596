"""A day of 24 hours in ten minutes: whether the room grows, drifts, falls behind or complains."""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from msgspec.structs import replace

from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from benchmarks.rooms.room_terminal import (
    ROOM,
    RoomTerminal,
    processor_seconds,
    resident_mib,
    room_terminal,
)
from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.events import Event, EventData, Kind
from orchestra_core.models import Task
from orchestra_core.project import find_project
from orchestra_core.store.keys import Keys

_BETWEEN_MARKS = 1.0  # seconds
_LONGEST = 5.0  # seconds until a mark counts as taking that long
_TROUBLE = ("reconnecting", "lost for", "server stopped", "server restarting", "Traceback")


@dataclass(slots=True)
class Samples:
    """What was measured of one room, second by second."""

    memory: list[float] = field(default_factory=list[float])  # MiB
    shown: list[float] = field(default_factory=list[float])  # ms from sending to the screen
    processor: float = 0.0  # % of a core over the whole replay
    sent: int = 0  # events of the day
    missed: int = 0  # by the sequence number that the status line shows at the end
    trouble: list[str] = field(default_factory=list[str])


def _measure(budget: SampleBudget) -> list[Comparison]:
    with a_place() as place:
        project = find_project(place.repository().path).id
        with a_pipeline(place.server.url, project) as pipeline:
            # The one task whose row is under the cursor; the day's tasks are newer.
            marked = replace(invented_project.task(0), started_at=now_ms())
            pipeline.commit([_change(marked, "task.started")])
            samples = _replayed(place, project, pipeline, marked, budget)
    return _comparisons(samples)


def _comparisons(samples: Samples) -> list[Comparison]:
    tenth = max(1, len(samples.memory) // 10)
    first, last = samples.memory[:tenth], samples.memory[-tenth:]
    before = samples.memory[-3 * tenth : -2 * tenth] or first
    note = f"{samples.sent:,} events, {len(samples.memory)} s"
    return [
        comparison(
            "memory, the last tenth", "MiB", last, Aim(80, of="most", absolute=True),
            versus="the first tenth", against=first, note=note,
        ),
        comparison(
            "memory, still growing", "MiB", last, Aim(1.02),
            versus="two tenths earlier", against=before,
        ),
        comparison("processor", "%", [samples.processor]),
        comparison(
            "event to screen meanwhile", "ms", samples.shown,
            Aim(40, absolute=True), Aim(80, of="p99", absolute=True),
        ),
        comparison(
            "events that the screen has missed at the end", "", [float(samples.missed)],
            Aim(0, absolute=True),
        ),
        comparison(
            "complaints", "", [float(len(samples.trouble))], Aim(0, absolute=True),
            note="; ".join(samples.trouble)[:200],
        ),
    ]  # fmt: skip


def _replayed(
    place: Place, project: str, pipeline: Pipeline, marked: Task, budget: SampleBudget
) -> Samples:
    samples = Samples()
    directory = place.directory / "shop"
    with room_terminal(ROOM, directory, place.environ, place.directory) as room:
        room.wait_for("● live")
        room.wait_for("server ready")
        room.drain(1)
        share = 0.005 if budget.short else 1.0
        with _day(place.server.url, project, share) as sender:
            used, began = processor_seconds(room.pid), time.perf_counter()
            number = 0
            while sender.poll() is None:
                number += 1
                _mark(room, pipeline, marked, number, samples)
                samples.memory.append(resident_mib(room.pid))
            took = time.perf_counter() - began
            samples.processor = (processor_seconds(room.pid) - used) / took * 100
            samples.sent = int((sender.stdout.read() if sender.stdout else b"") or 0)
        _look_at_the_end(place, project, room, samples)
    log = place.settings.state_dir / "log" / f"server-{project}.log"
    samples.trouble += log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return samples


@contextmanager
def _day(url: str, project: str, share: float) -> Generator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.rooms.working_day", url, project, str(share)],
        stdout=subprocess.PIPE,
    ) as sender:
        try:
            yield sender
        finally:
            sender.kill()


def _mark(
    room: RoomTerminal, pipeline: Pipeline, marked: Task, number: int, samples: Samples
) -> None:
    """Change the task under the cursor, time how long until it shows, and rest."""
    text = f"M{number:05d}"
    task = replace(marked, description=f"{text} is the last mark")
    began = time.perf_counter()
    pipeline.ask(pipeline.prepared(_change(task, "task.phase-advanced")))
    room.wait_for(text, _LONGEST)
    samples.shown.append((time.perf_counter() - began) * 1_000)
    room.drain(_BETWEEN_MARKS - (time.perf_counter() - began))
    samples.trouble += [word for word in _TROUBLE if word in room.text]
    room.forget()


def _look_at_the_end(place: Place, project: str, room: RoomTerminal, samples: Samples) -> None:
    """Have the whole screen painted and compare the number it shows with the store's."""
    answer = place.server.command("GET", Keys(project).sequence)
    newest = int(answer.split(b"\r\n")[1])
    room.drain(1)
    room.forget()
    room.press("t")
    took = room.wait_for(f"event {newest:,}", _LONGEST)
    samples.missed = int(took >= _LONGEST * 1_000)


def _change(task: Task, kind: Kind) -> Change:
    event = Event(at=now_ms(), kind=kind, task_id=task.id, data=EventData(task=task))
    return Change(events=(event,))


ROW = Benchmark(
    "replay",
    "A working day of 24 hours, replayed at 144 times its speed: what the room holds at its end, "
    "what it takes meanwhile, and whether it missed or complained of anything.",
    _measure,
)
