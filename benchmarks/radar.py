"""`python -m benchmarks.radar`: what the conflict radar costs for many chambers of a repository.

Beside its one `git merge-tree` process for all pairs, by turns, the same pairs with one for each.
"""

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.figures.measure import by_turns
from benchmarks.projects.places import Place, a_place
from orchestra_core.clock import now_ms
from orchestra_core.events import Event
from orchestra_core.names import chamber_id, split_chamber_id
from orchestra_core.project import Project, find_project
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from orchestra_server.git.merge.merge_tree import merge_trees, parse_merges
from orchestra_server.git.merge.pairwise_conflicts import ComparedChamber, ConflictChecker, pairs_of
from orchestra_server.git.repository.repository import Repository, open_repository
from orchestra_server.git.snapshot.ephemeral_commit import ScratchObjects, snapshot_worktrees
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.conflict_monitor import watch_as_leader
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import PLAIN_GIT, TestRepository
from tests.support.stores.store_watch import Watch, watching

_BASE = "refs/heads/main"
_ROUNDS = 10
_Line = tuple[str, str]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chambers", type=int, default=20)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--idle", type=float, default=30.0, help="seconds to watch idleness for")
    given = parser.parse_args()
    os.environ.update(PLAIN_GIT)
    with a_place() as place:
        lines = asyncio.run(_measure(place, given.chambers, given.files, given.idle))
    width = max(len(name) for name, _ in lines)
    sys.stdout.write("".join(f"{name.ljust(width)}  {value}\n" for name, value in lines))


async def _measure(place: Place, chambers: int, files: int, idle: float) -> list[_Line]:
    repository = place.repository(files=files)
    project = find_project(repository.path)
    async with open_store(project.id, place.settings) as store:
        context = Context(store=store, project=project, settings=place.settings, actor="conductor")
        task_id = await a_started_task(context)
        names = [f"part-{number}" for number in range(chambers)]
        opened = list((await chambers_open(context, task_id, names)).values())
        for number, chamber in enumerate(opened):
            _work(chamber, number)
        compared = [
            ComparedChamber(chamber_id(task_id, worktree.path.name), worktree.path, _BASE)
            for worktree in opened
        ]
        repo = open_repository(repository.path)
        lines = await asyncio.to_thread(_looks, repo, compared)
        lines += await asyncio.to_thread(_merges, repo, compared)
        return lines + await _live(store, project, opened, idle)


def _work(chamber: TestRepository, number: int) -> None:
    """Leave uncommitted work: five files of its own, a new one, and one that others write too."""
    for own in range(5):
        chamber.write(f"src/d{number}/f{number * 50 + own}.py", f"changed by {number}\n")
    chamber.write(f"new/{number}.py", "new\n")
    chamber.write(f"src/d90/f{4_500 + number // 4}.py", f"changed by {number}\n")


def _looks(repo: Repository, compared: Sequence[ComparedChamber]) -> list[_Line]:
    checker = ConflictChecker(repo)
    before = _cpu()
    first = _ms(lambda: checker.check(compared, set()))
    first_cpu = (_cpu() - before) * 1_000
    pairs = len(pairs_of(compared))
    changed: list[float] = []
    before = _cpu()
    for number in range(_ROUNDS):
        chamber = compared[number % len(compared)]
        (chamber.path / "new" / "more.py").write_text(f"{number}\n")
        changed.append(_ms(lambda chamber=chamber: checker.check(compared, {chamber.id})))
    changed_cpu = (_cpu() - before) * 1_000 / _ROUNDS
    nothing = [_ms(lambda: checker.check(compared, set())) for _ in range(_ROUNDS)]
    verdicts = checker.check(compared, set()).verdicts
    checker.close()
    return [
        ("chambers, pairs with the base's", f"{len(compared)}, {pairs}"),
        ("pairs that conflict", str(sum(not verdict.merges for verdict in verdicts.values()))),
        ("first look at all of them", f"{first:.0f} ms, {first_cpu:.0f} ms of a core"),
        ("a look after one chamber changed", _with_cpu(changed, changed_cpu)),
        ("a look after nothing changed", f"{statistics.median(nothing):.1f} ms"),
    ]


def _merges(repo: Repository, compared: Sequence[ComparedChamber]) -> list[_Line]:
    """Merge all pairs of chambers: one process for all, and by turns one process for each."""
    scratch = ScratchObjects(repo.common_dir / "benchmark", repo.common_dir / "objects")
    scratch.begin()
    commits = list(
        snapshot_worktrees(
            scratch, repo, {chamber.path.name: chamber.path for chamber in compared}
        ).values()
    )
    pairs = [(first, second) for at, first in enumerate(commits) for second in commits[at + 1 :]]
    stdin = "".join(f"{first} {second}\n" for first, second in pairs)

    def together() -> float:
        return _ms(lambda: list(parse_merges(_all_at_once(repo, stdin, scratch))))

    def apart() -> float:
        return _ms(lambda: [merge_trees(repo, *pair, env=scratch.env) for pair in pairs])

    in_one_process, each = by_turns((together, apart), 5.0)
    scratch.close()
    return [
        (f"{len(pairs)} merges, one process", f"{statistics.median(in_one_process):.0f} ms"),
        (f"{len(pairs)} merges, a process each", f"{statistics.median(each):.0f} ms"),
    ]


def _all_at_once(repo: Repository, stdin: str, scratch: ScratchObjects) -> str:
    return repo.git("merge-tree", "--write-tree", "--stdin", "-z", stdin=stdin, env=scratch.env)


async def _live(
    store: Store, project: Project, opened: Sequence[TestRepository], idle: float
) -> list[_Line]:
    """Run the whole conflict monitor: when idle, and from a write to the event that reports it."""
    async with watching(store) as told, watch_as_leader(store, project, now_ms):
        files = [chamber.path / "both.txt" for chamber in opened[:2]]
        files[0].write_text("one\n")
        await _until_told(told, files, "other\n")  # also: the first look is over
        taken = [await _until_told(told, files, text) for text in ("one\n", "other\n") * _ROUNDS]
        before = _cpu()
        await asyncio.sleep(idle)
        share = (_cpu() - before) / idle
    return [
        ("from a write to its event, median", f"{statistics.median(taken):.0f} ms"),
        ("from a write to its event, longest", f"{max(taken):.0f} ms"),
        (f"idle for {idle:.0f} s", f"{share:.2%} of a core"),
    ]


async def _until_told(told: Watch, files: Sequence[Path], text: str) -> float:
    """Write the second file, and return the ms until an event names both chambers."""
    names = {file.parent.name for file in files}
    seen = len(told.events)
    began = time.perf_counter()
    await asyncio.to_thread(files[1].write_text, text)
    await told.until(lambda told: any(_between(event) == names for event in told.events[seen:]))
    return (time.perf_counter() - began) * 1_000


def _ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


def _between(event: Event) -> set[str]:
    sides = event.data.conflict.between if event.data.conflict else ()
    return {split_chamber_id(side).name for side in sides}


def _with_cpu(taken: Sequence[float], cpu: float) -> str:
    return f"{statistics.median(taken):.0f} ms, {cpu:.0f} ms of a core"


def _cpu() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    main()
