"""Completing a task of twenty chambers, by twenty merges in a checkout; checked afterwards."""

import asyncio
import time
from itertools import count

from benchmarks.figures.measure import by_turns_async, command_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.landing_invariant import (
    BrokenLandingError,
    ExpectedLanding,
    require_landed,
)
from benchmarks.projects.places import Place, a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import chambers_open
from tests.support.git.repositories import TestRepository


def measure(budget: SampleBudget) -> list[Comparison]:
    """Land the work of twenty chambers both ways."""
    files, chambers = budget.count(2_000, 100), budget.count(20, 4)
    with a_place() as place:
        repository = place.repository(files=files)
        ours, merges = asyncio.run(_landed(place, repository, chambers, budget.seconds(15)))
    return [
        comparison(
            f"{chambers} chambers, {files:,} files", "ms", ours, Aim(0.9),
            versus=f"{chambers} x git merge in a checkout", against=merges,
            note="removing and closing included; the files are deleted behind the answer",
        )
    ]  # fmt: skip


async def _landed(
    place: Place, repository: TestRepository, chambers: int, seconds: float
) -> list[list[float]]:
    project = find_project(repository.path)
    numbers = count()
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor="conductor")

        async def ours() -> float:
            number = next(numbers)
            task = await start_task(context, description=f"Work {number}")
            names = [f"w{number}-{index}" for index in range(chambers)]
            opened = await chambers_open(context, task.task_id, names)
            committed = dict[str, dict[str, str]]()
            for name, worktree in opened.items():
                files = {f"new/{name}.txt": name}
                committed[worktree.commit(f"work of {name}", files)] = files
            before = repository.head
            began = time.perf_counter()
            done = await complete_task(context, task_id=task.task_id, summary="done")
            taken = (time.perf_counter() - began) * 1_000
            require_landed(repository, ExpectedLanding(before, committed), done.landed_commit)
            if sorted(done.merged) != sorted(names) or done.saved:
                raise BrokenLandingError(f"{len(done.merged)} of {chambers} chambers were merged")
            return taken

        async def git() -> float:
            number = next(numbers)
            branches = [f"m{number}-{index}" for index in range(chambers)]
            for branch in branches:
                _commit_aside(repository, branch)
            merge = ("git", "merge", "--quiet", "--no-edit", "--no-ff")
            return sum(command_ms((*merge, branch), repository.path) for branch in branches)

        return await by_turns_async((ours, git), seconds, least=2)


def _commit_aside(repository: TestRepository, branch: str) -> None:
    """Commit one new file on a new branch, as a worker did."""
    repository.git("checkout", "--quiet", "-b", branch)
    repository.commit(f"work of {branch}", {f"new/{branch}.txt": branch})
    repository.git("checkout", "--quiet", "main")


ROW = Benchmark(
    "landing",
    "How long it takes to merge, land and clear away twenty chambers, by merging their branches; "
    "the row fails unless exactly their own commits have landed.",
    measure,
)
