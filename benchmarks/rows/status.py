"""`orchestra status --json`, as a program would ask every now and then."""

import sys

from benchmarks import seeding
from benchmarks.alternating import by_turns, command_ms
from benchmarks.pipeline import a_pipeline
from benchmarks.places import a_place
from benchmarks.row import Aim, Benchmark, Budget, Comparison, comparison
from orchestra_core.project import find_project

STATUS = (sys.executable, "-m", "orchestra_tui.command_line", "status", "--json")
NOTHING = (sys.executable, "-c", "pass")


def measure(budget: Budget) -> list[Comparison]:
    """Time both commands with a project of ordinary size."""
    with a_place() as place:
        repository = place.repository()
        with a_pipeline(place.server.url, find_project(repository.path).id) as pipeline:
            seeding.seed(pipeline, tasks=20, chambers=100)
        ours, floor = by_turns(
            (
                lambda: command_ms(STATUS, repository.path, place.environ),
                lambda: command_ms(NOTHING, repository.path, place.environ),
            ),
            budget.seconds(10),
        )
    return [
        comparison(
            "20 tasks, 100 chambers", "ms", ours, Aim(8), versus="python -c pass", against=floor
        )
    ]


ROW = Benchmark(
    "status",
    "How long a program waits for `orchestra status --json`, by an interpreter that does nothing.",
    measure,
)
