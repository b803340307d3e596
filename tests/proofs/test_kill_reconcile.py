"""Calls killed at their effects, then a new start: all is done or never begun, no work is lost."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_core.store.store import Store
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conducting import a_started_task, chambers_open
from tests.support.invariants import check_store
from tests.support.killing import Driver, Scene, blobs, differences, driving, picture, reachable
from tests.support.proofs import Tally, sampled
from tests.support.repositories import TestRepository, small_repository

Arguments = Mapping[str, object]
Prepare = Callable[[Scene], Awaitable[Arguments]]
WORK = tuple(f"{what}\n" for what in ("committed", "staged", "untracked", "of the other"))


@pytest.fixture
async def driver() -> AsyncIterator[Driver]:
    async with driving() as started:
        yield started


@pytest.fixture
def scene(driver: Driver, store: Store, settings: Settings, tmp_path: Path) -> Scene:
    main = small_repository(tmp_path / "shop", {"README": "hello\n", "app.py": "one\ntwo\n"})
    return Scene(store, settings, main, driver)


async def rooms(scene: Scene) -> str:
    task_id = await a_started_task(scene.context())
    opened = await chambers_open(scene.context(), task_id, ["auth", "api"])
    opened["auth"].commit("committed", {"auth.py": WORK[0]})
    opened["auth"].write("README", WORK[1])
    opened["auth"].git("add", "README")
    opened["auth"].write("new.py", WORK[2])
    opened["api"].write("notes.txt", WORK[3])
    return task_id


async def creating(scene: Scene) -> Arguments:
    return {"task_id": await a_started_task(scene.context()), "chamber_names": ["auth", "api"]}


async def completing(scene: Scene) -> Arguments:
    return {"task_id": await rooms(scene), "summary": "Add a login"}


async def completing_without(scene: Scene) -> Arguments:
    return {"task_id": await rooms(scene), "summary": "Dropped", "commit_changes": False}


async def completing_in_part(scene: Scene) -> Arguments:
    task_id = await rooms(scene)
    TestRepository(scene.main.path / ".claude/worktrees/api").write("README", "api's own\n")
    return {"task_id": task_id, "summary": "Add a login", "partial": True}


async def closing(scene: Scene) -> Arguments:
    return {"task_id": await rooms(scene), "chamber": "auth"}


async def restoring(scene: Scene) -> Arguments:
    task_id = await rooms(scene)
    await close_chamber(scene.context(), task_id=task_id, chamber="auth")
    return {"task_id": task_id, "chamber": "auth"}


async def seen(scene: Scene) -> dict[str, object]:
    """Return the picture without what a call that came to nothing may leave too.

    These are the record of a chamber that failed, and files that complete_task has staged or
    committed on their own branch, as it also does before it answers with a conflict.
    """
    state = await scene.store.snapshot()
    found = await picture(scene)
    rooms = [one for one in state.chambers.values() if one.state != "failed"]
    return found | {
        "chambers": sorted((one.name, one.state, bool(one.saved_ref)) for one in rooms),
        "files": {one.name: contents(Path(one.path)) for one in rooms if one.is_live},
    }


def contents(room: Path) -> list[tuple[str, bytes]]:
    """Return the files at the top of a chamber, with what is in them."""
    files = (file for file in room.iterdir() if file.is_file() and file.name != ".git")
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
async def test_killed_at_any_effect_the_next_start_leaves_it_done_or_never_begun(
    scene: Scene, verb: str, prepare: Prepare, tally: Tally
) -> None:
    arguments = await prepare(scene)
    await scene.keep()
    work = blobs(scene.main, WORK) & reachable(scene.main)
    begun = await seen(scene)
    whole = await scene.call(verb, arguments)
    assert not whole.error
    finished = await seen(scene)

    points = sampled(range(1, len(whole.effects) + 1), every=31, start=len(verb))
    found = list[str]()
    for point in points:
        await scene.put_back()
        await scene.call(verb, arguments, end_at=point)
        try:
            mended = await reconcile(scene.context())
            assert [one.note for one in mended.differences if one.note] == []
            assert work <= reachable(scene.main), "work is lost"
            await check_store(scene.store)
            now = await seen(scene)
            ways = [differences(now, begun), differences(now, finished)]
            assert {} in ways, f"not as before: {ways[0]}; not as after: {sorted(ways[1])}"
            assert (await reconcile(scene.context())).differences == []
        except AssertionError as fault:
            found.append(f"killed at effect {point}, {whole.effects[point - 1]}: {fault}")
    tally(effects=len(whole.effects), kill_points=len(points))
    assert not found, "\n".join(found)
