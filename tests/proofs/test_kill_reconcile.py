"""Calls killed at their effects, then a new start: all is done or never begun, no work is lost."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import cast

import pytest

from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository, small_repository
from tests.support.kills.invariants import check_store
from tests.support.kills.killed_calls import (
    Driver,
    PreparedProject,
    blobs,
    differences,
    picture,
    reachable,
)
from tests.support.proofs import Tally, sampled

Arguments = Mapping[str, object]
Prepare = Callable[[PreparedProject], Awaitable[Arguments]]
WORK = tuple(f"{what}\n" for what in ("committed", "staged", "untracked", "of the other"))


@pytest.fixture
def prepared(driver: Driver, store: Store, settings: Settings, tmp_path: Path) -> PreparedProject:
    main = small_repository(tmp_path / "shop", {"README": "hello\n", "app.py": "one\ntwo\n"})
    return PreparedProject(store, settings, main, driver)


async def open_worked_in_chambers(prepared: PreparedProject) -> str:
    task_id = await a_started_task(prepared.context())
    opened = await chambers_open(prepared.context(), task_id, ["auth", "api"])
    opened["auth"].commit("committed", {"auth.py": WORK[0]})
    opened["auth"].write("README", WORK[1])
    opened["auth"].git("add", "README")
    opened["auth"].write("new.py", WORK[2])
    opened["api"].write("notes.txt", WORK[3])
    return task_id


async def creating(prepared: PreparedProject) -> Arguments:
    return {"task_id": await a_started_task(prepared.context()), "chamber_names": ["auth", "api"]}


async def completing(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_worked_in_chambers(prepared), "summary": "Add a login"}


async def completing_without(prepared: PreparedProject) -> Arguments:
    return {
        "task_id": await open_worked_in_chambers(prepared),
        "summary": "Dropped",
        "commit_changes": False,
    }


async def completing_in_part(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    TestRepository(prepared.main.path / ".claude/worktrees/api").write("README", "api's own\n")
    return {"task_id": task_id, "summary": "Add a login", "partial": True}


async def closing(prepared: PreparedProject) -> Arguments:
    return {"task_id": await open_worked_in_chambers(prepared), "chamber": "auth"}


async def restoring(prepared: PreparedProject) -> Arguments:
    task_id = await open_worked_in_chambers(prepared)
    await close_chamber(prepared.context(), task_id=task_id, chamber="auth")
    return {"task_id": task_id, "chamber": "auth"}


async def seen(prepared: PreparedProject) -> dict[str, object]:
    """Return the picture without what a call that came to nothing may leave too.

    These are the record of a chamber that failed, and files that complete_task has staged or
    committed on their own branch, as it also does before it answers with a conflict.
    """
    state = await prepared.store.snapshot()
    pictured = await picture(prepared)
    chambers = [chamber for chamber in state.chambers.values() if chamber.state != "failed"]
    return pictured | {
        "chambers": sorted(
            (chamber.name, chamber.state, bool(chamber.saved_ref)) for chamber in chambers
        ),
        "files": {
            chamber.name: contents(Path(chamber.path)) for chamber in chambers if chamber.is_live
        },
    }


def without_phases(pictured: Mapping[str, object]) -> dict[str, object]:
    """Return a picture without the tasks' phases: one that completing has begun stays begun."""
    tasks = cast("list[tuple[str, str, str]]", pictured["tasks"])
    return {**pictured, "tasks": [(description, state) for description, state, _ in tasks]}


def contents(chamber: Path) -> list[tuple[str, bytes]]:
    """Return the files at the top of a chamber, with what is in them."""
    files = (file for file in chamber.iterdir() if file.is_file() and file.name != ".git")
    return sorted((file.name, file.read_bytes()) for file in files)


MATRIX: tuple[tuple[str, Prepare], ...] = (
    ("create_chambers_batch", creating),
    ("complete_task", completing),
    ("complete_task", completing_without),
    ("complete_task", completing_in_part),
    ("close_chamber", closing),
    ("restore_chamber", restoring),
)


@pytest.mark.parametrize(("verb", "prepare"), MATRIX, ids=[how.__name__ for _, how in MATRIX])
async def test_after_a_kill_at_any_effect_the_next_start_completes_or_undoes_the_call(
    prepared: PreparedProject, verb: str, prepare: Prepare, tally: Tally
) -> None:
    arguments = await prepare(prepared)
    await prepared.keep()
    work = blobs(prepared.main, WORK) & reachable(prepared.main)
    begun = await seen(prepared)
    whole = await prepared.call(verb, arguments)
    assert not whole.error
    finished = await seen(prepared)

    points = sampled(range(1, len(whole.effects) + 1), every=31, start=len(verb))
    faults = list[str]()
    for point in points:
        await prepared.put_back()
        await prepared.call(verb, arguments, end_at=point)
        try:
            mended = await reconcile(prepared.context())
            assert [difference.note for difference in mended.differences if difference.note] == []
            assert work <= reachable(prepared.main), "work is lost"
            await check_store(prepared.store)
            now = await seen(prepared)
            not_begun = differences(without_phases(now), without_phases(begun))
            ways = [not_begun, differences(now, finished)]
            assert {} in ways, f"not as before: {ways[0]}; not as after: {sorted(ways[1])}"
            assert (await reconcile(prepared.context())).differences == []
        except AssertionError as fault:
            faults.append(f"killed at effect {point}, {whole.effects[point - 1]}: {fault}")
    tally(effects=len(whole.effects), kill_points=len(points))
    assert not faults, "\n".join(faults)
