"""The conflict radar: whether chambers would merge, their uncommitted work included."""

import asyncio
import time
from collections.abc import Sequence
from itertools import combinations, count

from benchmarks.alternating import by_turns, ms
from benchmarks.places import Place, a_place
from benchmarks.row import Aim, Budget, Finding, Row, finding
from orchestra_core.project import find_project
from orchestra_core.store.opening import open_store
from orchestra_server.chambers.conflicts import merge_trees
from orchestra_server.chambers.radar import Radar, Room
from orchestra_server.chambers.repository import Repository, open_repository
from orchestra_server.chambers.seen import Scratch, see
from orchestra_server.conductor.context import Context
from tests.support.conducting import a_started_task, chambers_open
from tests.support.repositories import TestRepository

_BASE = "refs/heads/main"


def measure(budget: Budget) -> list[Finding]:
    """Look at all pairs of chambers, and again after one of them has changed."""
    chambers, files = budget.count(20, 4), budget.count(5_000, 300)
    with a_place() as place:
        opened = asyncio.run(_opened(place, chambers, files))
        rooms = [Room(f"task/{one.path.name}", one.path, _BASE) for one in opened]
        repo = open_repository(place.directory / "shop")
        looks, processes, changed = _looked(repo, rooms, budget)
    pairs = chambers * (chambers - 1) // 2
    return [
        finding(
            f"all of {chambers} chambers, uncommitted work included", "ms", looks, Aim(0.25),
            versus=f"{pairs} x git merge-tree", against=processes,
            note="both sides first read the uncommitted work",
        ),
        finding(
            "after one chamber has changed", "ms", changed, Aim(100, absolute=True),
            versus=f"{pairs} x git merge-tree", against=processes,
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


def _looked(
    repo: Repository, rooms: Sequence[Room], budget: Budget
) -> tuple[list[float], list[float], list[float]]:
    """Return ms of a look at all, of a process for each pair, and of a look after one change.

    Both of the first two begin with nothing known: they write down the uncommitted work, too.
    """
    numbers = count()

    def afresh() -> float:
        radar = Radar(repo)
        try:
            return ms(lambda: radar.look(rooms, set()))
        finally:
            radar.close()

    def apart() -> float:
        scratch = Scratch(repo.common_dir / "benchmark", repo.common_dir / "objects")
        scratch.begin()

        def each() -> None:
            commits = [see(scratch, room.path.name, room.path) for room in rooms]
            for one, other in combinations(commits, 2):
                merge_trees(repo, one, other, env=scratch.env)

        try:
            return ms(each)
        finally:
            scratch.close()

    def after_a_change() -> float:
        """Take the time from the change on: its commit and all its pairs are within."""
        number = next(numbers)
        room = rooms[number % len(rooms)]
        radar = Radar(repo)
        try:
            radar.look(rooms, set())
            (room.path / "more.py").write_text(f"{number}\n", encoding="utf-8")
            began = time.perf_counter()
            look = radar.look(rooms, {room.id})
            taken = (time.perf_counter() - began) * 1_000
        finally:
            radar.close()
        if room.id in look.unmoved:
            raise RuntimeError(f"the radar did not see the change in {room.path}")
        return taken

    looks, processes, changed = by_turns((afresh, apart, after_a_change), budget.seconds(12))
    return looks, processes, changed


ROW = Row(
    "radar",
    "How long it takes to know which of all pairs of chambers would not merge, "
    "by one `git merge-tree` process per pair of them.",
    measure,
)
