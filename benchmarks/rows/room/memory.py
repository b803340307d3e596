"""What the room holds after a long day, and how long its garbage collector stops it."""

import sys
import time
from itertools import islice

from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import a_place
from benchmarks.rooms.pipeline import Pipeline, a_pipeline
from benchmarks.rooms.room_terminal import RoomTerminal, resident_mib, room_terminal
from benchmarks.rooms.traffic import changes
from benchmarks.rooms.watched_room import pauses
from orchestra_core.project import find_project

_TASKS, _CHAMBERS = 200, 200
_AT_ONCE = 50
_RATE = 2_500  # a second: faster than anyone's day, slow enough for the room to take each


def _measure(budget: SampleBudget) -> list[Comparison]:
    events = budget.count(100_000, 1_000)
    with a_place() as place:
        directory = place.repository().path
        with a_pipeline(place.server.url, find_project(directory).id) as pipeline:
            invented_project.seed(pipeline, _TASKS, _CHAMBERS)
            noted = place.directory / "collections"
            command = (sys.executable, "-m", "benchmarks.rooms.watched_room", str(noted))
            environ = place.environ | {"PYTHONPATH": ":".join(filter(None, sys.path))}
            with room_terminal(command, directory, environ, place.directory) as room:
                room.wait_for("● live")
                room.wait_for("server ready")
                room.drain(1)
                start = resident_mib(room.pid)
                before = len(pauses(noted))
                _send(room, pipeline, events)
                after = resident_mib(room.pid)
                collected = [ms for _, ms in pauses(noted)[before:]] or [0.0]
                _send(room, pipeline, events // 4)
                later = resident_mib(room.pid)
    return [
        comparison(
            f"after {events:,} events", "MiB", [after], Aim(80, absolute=True),
            versus="at its start", against=[start],
        ),
        comparison(
            f"after {events + events // 4:,} events", "MiB", [later], Aim(1.02),
            versus=f"after {events:,} events", against=[after],
        ),
        comparison(
            "pauses of the garbage collector meanwhile", "ms", collected,
            note=f"{len(collected)} collections, the longest {max(collected):.1f} ms",
        ),
    ]  # fmt: skip


def _send(room: RoomTerminal, pipeline: Pipeline, events: int) -> None:
    """Send events at an even rate and wait until the room has shown the last."""
    source = changes(_TASKS, _CHAMBERS)
    began = time.perf_counter()
    for sent in range(0, events, _AT_ONCE):
        pipeline.ask(*(pipeline.prepared(change) for change in islice(source, _AT_ONCE)))
        room.drain(max(0.001, began + sent / _RATE - time.perf_counter()))
    while room.read(1.0):
        pass


ROW = Benchmark(
    "memory",
    "How much memory the room holds after a hundred thousand events, whether it still grows, "
    "and for how long the garbage collector stops it.",
    _measure,
)
