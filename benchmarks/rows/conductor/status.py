"""`orchestra status --json`, as a program would ask every now and then."""

import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures.measure import by_turns, command_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects import invented_project
from benchmarks.projects.places import Place, a_place
from benchmarks.projects.warm_daemon import a_warm_daemon
from benchmarks.rooms.pipeline import a_pipeline
from orchestra_core.project import find_project

STATUS = (sys.executable, "-m", "orchestra_tui.command_line", "status", "--json")
NOTHING = (sys.executable, "-I", "-S", "-c", "pass")


def measure(budget: SampleBudget) -> list[Comparison]:
    """Time both commands with a project of ordinary size."""
    with a_place() as place:
        repository = place.repository()
        with a_pipeline(place.server.url, find_project(repository.path).id) as pipeline:
            invented_project.seed(pipeline, tasks=20, chambers=100)
        alone, floor = _by_turns(place, repository.path, budget)
        with a_warm_daemon(place, repository.path):
            warm, warm_floor = _by_turns(place, repository.path, budget)
    case, versus = "20 tasks, 100 chambers", "python -I -S -c pass"
    return [
        comparison(f"{case}, by the daemon", "ms", warm, Aim(5), versus=versus, against=warm_floor),
        comparison(f"{case}, without a daemon", "ms", alone, versus=versus, against=floor),
    ]


def _by_turns(place: Place, directory: Path, budget: SampleBudget) -> Sequence[Sequence[float]]:
    return by_turns(
        (
            lambda: command_ms(STATUS, directory, place.environ),
            lambda: command_ms(NOTHING, directory, place.environ),
        ),
        budget.seconds(10),
    )


ROW = Benchmark(
    "status",
    "How long a program waits for `orchestra status --json`, by an interpreter that loads nothing.",
    measure,
)
