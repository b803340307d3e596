"""The conflict radar: whether chambers would merge, their uncommitted work included."""

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import combinations, count

from benchmarks.figures.measure import by_turns, ms
from benchmarks.figures.row import Aim, Benchmark, Comparison, SampleBudget, comparison
from benchmarks.projects.places import Place, a_place
from orchestra_core.project import find_project
from orchestra_core.store.open_store import open_store
from orchestra_server.git.merge.merge_tree import merge_trees
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber, ConflictChecker
from orchestra_server.git.process.identity import ORCHESTRA_IDENTITY
from orchestra_server.git.process.run import git_output
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.repository.worktree_status import git_directory
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository

_BASE = "refs/heads/main"


def measure(budget: SampleBudget) -> list[Comparison]:
    """Compare all pairs of chambers, and again after one of them has changed."""
    chambers, files = budget.count(20, 4), budget.count(5_000, 300)
    with a_place() as place:
        opened = asyncio.run(_opened(place, chambers, files))
        compared = [
            ComparedChamber(f"task/{worktree.path.name}", worktree.path, _BASE)
            for worktree in opened
        ]
        repo = open_repository(place.directory / "shop")
        cold, cold_apart = _first_looks(repo, compared, budget)
        warm, warm_apart, changed = _later_looks(repo, compared, budget)
    apart = f"{chambers * (chambers - 1) // 2} x git merge-tree"
    return [
        comparison(
            f"all of {chambers} chambers, after each has changed", "ms", warm, Aim(0.25),
            versus=apart, against=warm_apart,
            note="both sides read the uncommitted work first, with the indexes of the look before",
        ),
        comparison(
            f"all of {chambers} chambers, never seen before", "ms", cold, Aim(0.25),
            versus=apart, against=cold_apart,
            note="the same, but git reads every file: a fresh index is as old as its files",
        ),
        comparison(
            "after one chamber has changed", "ms", changed, Aim(100, absolute=True),
            versus=apart, against=warm_apart,
            note="from the written file on: its commit and its pairs with all others",
        ),
    ]  # fmt: skip


async def _opened(place: Place, chambers: int, files: int) -> list[TestRepository]:
    repository = place.repository(files=files)
    project = find_project(repository.path)
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor="conductor")
        task_id = await a_started_task(context)
        names = [f"part-{number}" for number in range(chambers)]
        opened = list((await chambers_open(context, task_id, names)).values())
    for number, chamber in enumerate(opened):
        for own in range(5):
            chamber.write(f"src/d0/own-{number}-{own}.py", f"changed by {number}\n")
        chamber.write(f"src/d1/f{50 + number // 4}.py", f"changed by {number}\n")
    return opened


def _first_looks(
    repo: Repository, compared: Sequence[ComparedChamber], budget: SampleBudget
) -> tuple[list[float], list[float]]:
    """Return ms of a look at all, and of a process for each step; both begin with nothing."""

    def afresh() -> float:
        checker = ConflictChecker(repo)
        try:
            return ms(lambda: checker.check(compared, set()))
        finally:
            checker.close()

    def apart() -> float:
        with _scratch(repo) as scratch:
            return ms(lambda: _step_by_step(repo, scratch, compared))

    first, each = by_turns((afresh, apart), budget.seconds(8))
    return first, each


def _later_looks(
    repo: Repository, compared: Sequence[ComparedChamber], budget: SampleBudget
) -> tuple[list[float], list[float], list[float]]:
    """Return ms of a look at all, of a process for each step, and of a look after one change."""
    numbers = count()
    checker = ConflictChecker(repo)
    everyone = {chamber.id for chamber in compared}

    def changes(changed: Sequence[ComparedChamber]) -> None:
        for chamber in changed:
            (chamber.path / "more.py").write_text(f"{next(numbers)}\n", encoding="utf-8")

    def looked(changed: Sequence[ComparedChamber]) -> float:
        changes(changed)
        ids = {chamber.id for chamber in changed}
        began = time.perf_counter()
        checked = checker.check(compared, ids)
        taken = (time.perf_counter() - began) * 1_000
        if checked.unchanged:
            raise RuntimeError(f"the radar did not see the change in {sorted(checked.unchanged)}")
        return taken

    with _scratch(repo) as scratch:

        def apart() -> float:
            changes(compared)
            return ms(lambda: _step_by_step(repo, scratch, compared))

        try:
            checker.check(compared, everyone)
            _step_by_step(repo, scratch, compared)
            all_of_them, each, one_changed = by_turns(
                (
                    lambda: looked(compared),
                    apart,
                    lambda: looked([compared[next(numbers) % len(compared)]]),
                ),
                budget.seconds(10),
            )
        finally:
            checker.close()
    return all_of_them, each, one_changed


@contextmanager
def _scratch(repo: Repository) -> Generator[ScratchObjects]:
    scratch = ScratchObjects(repo.common_dir / "benchmark", repo.common_dir / "objects")
    scratch.begin()
    try:
        yield scratch
    finally:
        scratch.close()


def _step_by_step(
    repo: Repository, scratch: ScratchObjects, compared: Sequence[ComparedChamber]
) -> None:
    """Commit each chamber's work to a temporary commit as a script would, then merge each pair."""
    commits = [_committed(scratch, chamber) for chamber in compared]
    for first, second in combinations(commits, 2):
        merge_trees(repo, first, second, env=scratch.env)


def _committed(scratch: ScratchObjects, chamber: ComparedChamber) -> str:
    index = scratch.index_for(chamber.path.name, git_directory(chamber.path) / "index")
    env = {**ORCHESTRA_IDENTITY, **scratch.env, "GIT_INDEX_FILE": str(index)}
    git_output(chamber.path, "add", "--all", env=env)
    tree = git_output(chamber.path, "write-tree", env=env).strip()
    return git_output(
        chamber.path, "commit-tree", tree, "-p", "HEAD", "-m", "open", env=env
    ).strip()


ROW = Benchmark(
    "radar",
    "How long it takes to know which of all pairs of chambers would not merge, "
    "by one `git merge-tree` process per pair of them.",
    measure,
)
