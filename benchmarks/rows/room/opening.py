"""Opening the room: its first paint, and when it is ready."""

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.figures.measure import by_turns, command_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.mcp_servers import EMPTY, served
from benchmarks.projects.places import Place, a_place
from benchmarks.rooms.pipeline import a_pipeline
from benchmarks.rooms.room_terminal import ROOM, room_terminal
from orchestra_core.project import find_project

_IMPORT = (sys.executable, "-c", "import textual.app")
_SIZES = ((0, 0), (1_000, 0), (10_000, 0), (10_000, 1_000_000))  # tasks, events
_SHORT = ((0, 0), (200, 0), (500, 5_000))
# Typed while the room loads; none of them stands anywhere else on the screen.
_LETTERS = "αβγδεζηθικλμνξπρστυφχψω"
_KEY_SECONDS = 5.0


def _paint(budget: SampleBudget) -> list[Comparison]:
    comparisons: list[Comparison] = []
    medians: dict[str, list[float]] = {}
    with a_place(durable=False) as place:
        for tasks, events in _SHORT if budget.short else _SIZES:
            repository = place.repository(f"shop-{tasks}-{events}")
            with a_pipeline(place.server.url, find_project(repository.path).id) as pipeline:
                invented_project.seed(pipeline, tasks, tasks // 10)
                invented_project.lengthen(pipeline, events)
            painted, filled = opened(place, repository.path, budget.seconds(8))
            floor = painted[1]
            case = f"{tasks:,} tasks" + (f", {events:,} events" if events else "")
            medians[case] = painted[0]
            comparisons.append(
                comparison(
                    case, "ms", painted[0], Aim(2.4), versus="import textual.app", against=floor
                )
            )
            comparisons.append(
                comparison(
                    f"{case}: filled", "ms", filled, versus="import textual.app", against=floor
                )
            )
    cases = list(medians)
    return [
        *comparisons,
        comparison(
            f"{cases[2]} by {cases[1]}", "ms", medians[cases[2]], Aim(1.1),
            versus=cases[1], against=medians[cases[1]],
        ),
    ]  # fmt: skip


def opened(
    place: Place, directory: Path, seconds: float
) -> tuple[tuple[list[float], list[float]], list[float]]:
    """Return ms to the first paint, with those of the import, and to the filled tables."""
    filled: list[float] = []

    def paint() -> float:
        began = time.perf_counter()
        with room_terminal(ROOM, directory, place.environ, place.directory, tmux=False) as room:
            room.wait_for("1 Tasks")
            painted = (time.perf_counter() - began) * 1_000
            room.wait_for("● live")
            filled.append((time.perf_counter() - began) * 1_000)
        return painted

    ours, floor = by_turns((paint, lambda: command_ms(_IMPORT, directory, place.environ)), seconds)
    return (ours, floor), filled


def _ready(budget: SampleBudget) -> list[Comparison]:
    keys: list[float] = []
    with a_place() as place:
        directory = place.repository().path

        def room() -> float:
            with room_terminal(
                ROOM, directory, place.environ, place.directory, tmux=False
            ) as shown:
                shown.wait_for("1 Tasks")
                began = time.perf_counter()
                shown.wait_for("● live")
                shown.wait_for("server ready")
                return (time.perf_counter() - began) * 1_000

        def spawn() -> float:
            return asyncio.run(_spawned(place, directory))

        ready, floor = by_turns((room, spawn), budget.seconds(20))
        for _ in range(budget.count(4, 1)):
            keys += _typed(place, directory)
    return [
        comparison(
            "live and server ready, after the first paint", "ms", ready, Aim(1.2),
            versus="the spawn of an empty MCP server", against=floor,
        ),
        comparison("a key meanwhile", "ms", keys, Aim(50, of="most", absolute=True)),
    ]  # fmt: skip


async def _spawned(place: Place, directory: Path) -> float:
    began = time.perf_counter()
    async with served(EMPTY, place, directory):
        return (time.perf_counter() - began) * 1_000


def _typed(place: Place, directory: Path) -> list[float]:
    """Type into the filter from the first paint on; return ms until each letter stands there."""
    taken: list[float] = []
    with room_terminal(ROOM, directory, place.environ, place.directory, tmux=False) as room:
        room.wait_for("1 Tasks")
        room.press("/")
        room.wait_for("type to filter", _KEY_SECONDS)
        for letter in _LETTERS:
            room.press(letter)
            taken.append(room.wait_for(letter, _KEY_SECONDS))
            room.drain(0.05)
    return taken


PAINT = Benchmark(
    "first-paint",
    "How long after its start the room first shows itself, and when its tables are filled.",
    _paint,
)
READY = Benchmark(
    "ready",
    "How long after that it shows live events and its server answers; and keys meanwhile.",
    _ready,
)
