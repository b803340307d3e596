"""The room under load, in a real tmux with the real server: keys, processor, event to screen.

The three rows are measured in one go, since filling and opening two rooms takes longest.
"""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from msgspec.structs import replace

from benchmarks.agents import ccmanager
from benchmarks.figures.row import (
    Aim,
    Benchmark,
    CannotMeasure,
    Comparison,
    SampleBudget,
    comparison,
)
from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from benchmarks.rooms.room_terminal import (
    ROOM,
    RoomTerminal,
    children,
    processor_seconds,
    room_terminal,
    waits,
)
from benchmarks.rooms.subscriber import Subscriber, a_subscriber
from benchmarks.rooms.traffic import traffic
from orchestra_core.change import Change
from orchestra_core.clock import now_ms
from orchestra_core.events import Event, EventData
from orchestra_core.project import find_project
from orchestra_core.store.keys import Keys

RATES = (0, 10, 100, 1_000)
STOCK = "the same room on DataTable and RichLog"
_STOCK_PROJECT = "stock"
_LONGEST_KEY = 5.0  # seconds until a key counts as taking that long
_BETWEEN_KEYS = 0.03
_ROWS_ON_SCREEN = 12


@dataclass(slots=True)
class RoomLoad:
    """What one room did at one rate."""

    keys: list[float] = field(default_factory=list[float])
    processor: list[float] = field(default_factory=list[float])  # % of a core
    shown: list[float] = field(default_factory=list[float])  # ms from sending to the screen
    heard: list[float] = field(default_factory=list[float])  # ms from sending to a subscriber
    waits: list[float] = field(default_factory=list[float])  # how often a second it fell asleep
    server: list[float] = field(default_factory=list[float])  # % of a core, the bundled server
    sent: list[float] = field(default_factory=list[float])  # events/s that the sender got through


def rates(budget: SampleBudget) -> tuple[int, ...]:
    """Return the numbers of events a second to measure at."""
    return RATES[::3] if budget.short else RATES


@cache
def loads(budget: SampleBudget) -> dict[tuple[str, int], RoomLoad]:
    """Return what ours and stock did, by (side, rate)."""
    loads_by_rate = {
        (side, rate): RoomLoad() for side in ("ours", "stock") for rate in rates(budget)
    }
    tasks, chambers = budget.count(10_000, 1_000), budget.count(1_000, 100)
    with a_place() as place:
        repository = place.repository()
        ours = find_project(repository.path).id
        for project in (ours, _STOCK_PROJECT):
            with a_pipeline(place.server.url, project) as pipeline:
                invented_project.seed(pipeline, tasks, chambers)
        measured = _LoadSamples(place, budget, tasks, chambers, loads_by_rate)
        with _our_room(place) as room:
            for rate in rates(budget):
                for _ in range(budget.count(2 if rate in {0, 1_000} else 1, 1)):
                    measured.side(room, "ours", ours, rate)
                    with _stock_room(place) as stock:
                        measured.side(stock, "stock", _STOCK_PROJECT, rate)
    return loads_by_rate


@dataclass(frozen=True, slots=True)
class _LoadSamples:
    place: Place
    budget: SampleBudget
    tasks: int
    chambers: int
    loads: dict[tuple[str, int], RoomLoad]

    def side(self, room: RoomTerminal, side: str, project: str, rate: int) -> None:
        """Take all samples of one room at one rate."""
        load = self.loads[side, rate]
        url = self.place.server.url
        with traffic(url, project, rate, self.tasks, self.chambers):
            room.drain(self.budget.seconds(2))
            before = self._sequence(project)
            began = time.perf_counter()
            self._processor(room, load)
            load.sent.append((self._sequence(project) - before) / (time.perf_counter() - began))
            self._keys(room, load, ("j", "k") if side == "ours" else ("\x1b[B", "\x1b[A"))
            if side == "ours":
                with a_pipeline(url, project) as pipeline, a_subscriber(url, project) as hearer:
                    self._events(room, load, pipeline, hearer)

    def _sequence(self, project: str) -> int:
        answer = self.place.server.command("GET", Keys(project).sequence)
        return int(answer.split(b"\r\n")[1])

    def _processor(self, room: RoomTerminal, load: RoomLoad) -> None:
        servers = children(room.pid)
        began, used, slept = time.perf_counter(), processor_seconds(room.pid), waits(room.pid)
        theirs = sum(map(processor_seconds, servers))
        room.drain(self.budget.seconds(5))
        took = time.perf_counter() - began
        load.processor.append((processor_seconds(room.pid) - used) / took * 100)
        load.waits.append((waits(room.pid) - slept) / took)
        load.server.append((sum(map(processor_seconds, servers)) - theirs) / took * 100)

    def _keys(self, room: RoomTerminal, load: RoomLoad, keys: tuple[str, str]) -> None:
        down, up = keys
        room.press(down)
        _, at = room.wait_cursor("", _LONGEST_KEY)
        until = time.perf_counter() + self.budget.seconds(6)
        steps = 0
        while time.perf_counter() < until:
            room.drain(_BETWEEN_KEYS)
            room.forget()
            going_down = steps // _ROWS_ON_SCREEN % 2 == 0
            room.press(down if going_down else up)
            taken, now_at = room.wait_cursor(at, _LONGEST_KEY)
            load.keys.append(taken)
            at = now_at or at
            steps += 1

    def _events(
        self, room: RoomTerminal, load: RoomLoad, pipeline: Pipeline, hearer: Subscriber
    ) -> None:
        room.press("j")
        _, at = room.wait_cursor("", _LONGEST_KEY)
        if not at:
            return
        shown_task = invented_project.task(int(at[1:]))
        until = time.perf_counter() + self.budget.seconds(4)
        number = 0
        while time.perf_counter() < until:
            number += 1
            mark = f"X{number:05d}"
            task = replace(shown_task, description=f"{mark} has changed")
            event = Event(
                at=now_ms(), kind="task.phase-advanced", task_id=task.id, data=EventData(task=task)
            )
            command = pipeline.prepared(Change(events=(event,)))
            room.forget()
            began = time.perf_counter()
            pipeline.ask(command)
            load.heard.append((hearer.wait_for(mark) - began) * 1_000)
            room.wait_for(mark, _LONGEST_KEY)
            load.shown.append((time.perf_counter() - began) * 1_000)
            room.drain(_BETWEEN_KEYS)


@contextmanager
def _our_room(place: Place) -> Generator[RoomTerminal]:
    directory = place.directory / "shop"
    with room_terminal(ROOM, directory, place.environ, place.directory) as room:
        room.wait_for("● live")
        room.wait_for("server ready")
        room.drain(1)
        yield room


@contextmanager
def _stock_room(place: Place) -> Generator[RoomTerminal]:
    command = (sys.executable, "-m", "benchmarks.rooms.stock_room", _STOCK_PROJECT)
    environ = place.environ | {"PYTHONPATH": ":".join(filter(None, sys.path))}
    with room_terminal(command, place.directory, environ, place.directory) as room:
        room.wait_for("live")
        room.wait_cursor("", 10)
        room.drain(1)
        yield room


def _keys(budget: SampleBudget) -> list[Comparison]:
    loads_by_rate = loads(budget)
    lines: list[Comparison] = []
    for rate in rates(budget):
        ours, stock = loads_by_rate["ours", rate].keys, loads_by_rate["stock", rate].keys
        aims = (Aim(50, of="p99", absolute=True), Aim(1 / 15)) if rate == RATES[-1] else ()
        lines.append(
            comparison(f"{rate:,} events/s", "ms", ours, *aims, versus=STOCK, against=stock)
        )
    return lines


def _processor(budget: SampleBudget) -> list[Comparison]:
    loads_by_rate = loads(budget)
    lines: list[Comparison] = []
    for rate in rates(budget):
        ours, stock = loads_by_rate["ours", rate], loads_by_rate["stock", rate].processor
        aim = Aim(1 / 3) if rate else Aim(0.3, absolute=True)
        case = f"{rate:,} events/s" if rate else "idle"
        note = (
            f"{ours.sent[0]:.0f}/s arrived; its server {ours.server[0]:.1f} %, "
            f"{ours.waits[0]:.0f} wake-ups/s"
        )
        lines.append(
            comparison(case, "%", ours.processor, aim, versus=STOCK, against=stock, note=note)
        )
    lines.append(_beside_ccmanager(loads_by_rate["ours", 0].processor, budget))
    return lines


def _beside_ccmanager(ours: list[float], budget: SampleBudget) -> Comparison:
    try:
        with a_place() as place:
            its = ccmanager.idle_processor(place, budget)
    except CannotMeasure as reason:
        return comparison("idle", "%", ours, note=f"{ccmanager.NAME} is not measured: {reason}")
    return comparison("idle", "%", ours, versus=f"{ccmanager.NAME}, idle", against=its)


def _event_to_screen(budget: SampleBudget) -> list[Comparison]:
    loads_by_rate = loads(budget)
    lines: list[Comparison] = []
    for rate in rates(budget):
        ours = loads_by_rate["ours", rate]
        aims = (Aim(40, absolute=True), Aim(80, of="p99", absolute=True))
        lines.append(
            comparison(
                f"{rate:,} events/s",
                "ms",
                ours.shown,
                *(aims if rate == RATES[-1] else ()),
                versus="a plain subscriber",
                against=ours.heard,
            )
        )
    return lines


KEYS = Benchmark(
    "keys",
    "How long after a key the text on screen is another, while so many events a second arrive; "
    "10,000 tasks, 1,000 chambers, in a real tmux with the real server.",
    _keys,
)
PROCESSOR = Benchmark(
    "processor", "How much of a core the room takes at so many events a second.", _processor
)
EVENT = Benchmark(
    "event-to-screen",
    "How long after an event was sent the screen shows it, by when a plain subscriber hears it.",
    _event_to_screen,
)
