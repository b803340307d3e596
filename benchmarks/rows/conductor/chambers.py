"""Making chambers, by `git worktree add` one after the other in the same repository."""

import asyncio
import shutil
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from benchmarks.figures.measure import by_turns_async, command_ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import Place, a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.git.repositories import TestRepository

_FILES = 5_000
_AIM = Aim(0.6)
_CALLERS = 16


def measure(budget: SampleBudget) -> list[Comparison]:
    """Make 10 and 50 chambers by turns with as many worktrees."""
    files = budget.count(_FILES, 300)
    sizes = ((10, 5.0), (50, 0.5)) if not budget.short else ((4, 0.5),)
    comparisons: list[Comparison] = []
    with a_place() as place:
        repository = place.repository(files=files)
        for size, seconds in sizes:
            ours, git = asyncio.run(_batches(place, repository, size, seconds))
            comparisons.append(
                comparison(
                    f"{size} chambers, {files:,} files", "ms", ours, _AIM,
                    versus="git worktree add, one after the other", against=git,
                )
            )  # fmt: skip
        comparisons.append(asyncio.run(_at_once(place, budget)))
    return comparisons


async def _batches(
    place: Place, repository: TestRepository, size: int, seconds: float
) -> list[list[float]]:
    project = find_project(repository.path)
    numbers = count()
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor="conductor")

        async def ours() -> float:
            number = next(numbers)
            task = await start_task(context, description=f"Batch {number} of {size}")
            names = [f"b{number}-{size}-{index}" for index in range(size)]
            began = time.perf_counter()
            await create_chambers_batch(context, task_id=task.task_id, chamber_names=names)
            taken = (time.perf_counter() - began) * 1_000
            _clear(place, repository, repository.path / ".claude" / "worktrees")
            return taken

        async def git() -> float:
            number = next(numbers)
            directory = place.directory / "plain"
            taken = 0.0
            for index in range(size):
                add = ("git", "worktree", "add", "--quiet", "-b", f"p{size}-{number}-{index}")
                taken += command_ms((*add, str(directory / str(index))), repository.path)
            _clear(place, repository, directory)
            return taken

        return await by_turns_async((ours, git), seconds, least=3)


def _clear(place: Place, repository: TestRepository, directory: Path) -> None:
    """Move worktrees aside, to be deleted with the directory; they contain no work.

    Not at once: for half a minute ext4 passes over every inode that was deleted just now, one by
    one, so that the next fifty thousand files would take ten times as long to make.
    """
    directory.rename(Path(tempfile.mkdtemp(dir=place.directory)) / directory.name)
    for administrative in (repository.path / ".git" / "worktrees").iterdir():
        shutil.rmtree(administrative)


async def _at_once(place: Place, budget: SampleBudget) -> Comparison:
    """Create chambers from many processes at once; each must succeed."""
    repository = place.repository("shared", files=200)
    callers = budget.count(_CALLERS, 3)
    began = time.perf_counter()
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.projects.caller", str(repository.path)),
            *(f"Caller {number}", f"c{number}-a", f"c{number}-b"),
            env=place.environ | {"PYTHONPATH": ":".join(filter(None, sys.path))},
            stderr=asyncio.subprocess.DEVNULL,
        )
        for number in range(callers)
    ]  # fmt: skip
    codes = await asyncio.gather(*(process.wait() for process in processes))
    failed = sum(code != 0 for code in codes)
    note = f"2 chambers each, all in {time.perf_counter() - began:.1f} s"
    aim = Aim(0, of="most", absolute=True)
    return comparison(f"{callers} callers at once", "failures", [float(failed)], aim, note=note)


ROW = Benchmark(
    "chambers",
    "How long a batch of chambers takes, briefing, hooks and all, by plain worktrees.",
    measure,
)
