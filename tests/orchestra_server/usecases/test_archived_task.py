"""What is asked of a task that ended long ago, and what is done to it, works as if it were live."""

import pytest

from orchestra_core.errors import Refused
from orchestra_core.store.archive import KEPT, SLACK, archive_ended
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.chambers.list_saved import list_saved
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.kills.invariants import check_store


async def an_archived_task(context: Context) -> str:
    """End a task with a saved chamber and move it into the archive."""
    task_id = await a_started_task(context, "Add a login")
    trees = await chambers_open(context, task_id, ["auth", "api"])
    trees["auth"].write("login.py", "LOGIN = 1\n")
    await close_chamber(context, task_id=task_id, chamber="auth", confirm=True)
    await complete_task(context, task_id=task_id, summary="The login", confirm=True)
    assert await archive_ended(context.store, 1, keep=0) == 1
    assert (await context.store.snapshot()).tasks == {}
    return task_id


async def test_its_status_its_saves_and_its_history_are_told(context: Context) -> None:
    task_id = await an_archived_task(context)

    status = await get_task_status(context, task_id=task_id)
    assert (status.state, status.summary) == ("completed", "The login")
    assert sorted(chamber.name for chamber in status.chambers) == ["api", "auth"]
    assert (await get_parallel_status(context, task_id=task_id)).chambers
    assert not (await get_conflicts(context, task_id=task_id)).collisions
    (saved,) = (await list_saved(context)).saved
    assert (saved.task_id, saved.chamber, saved.restorable) == (task_id, "auth", True)
    assert "does not know" not in saved.note
    task = (await context.store.snapshot(task_id)).tasks[task_id]
    kinds = [event.kind for event in await context.store.events_of(task)]
    assert (kinds[0], kinds[-1]) == ("task.started", "task.archived")


async def test_a_repeated_completion_says_how_it_ended_and_nothing_is_added_to_it(
    context: Context,
) -> None:
    task_id = await an_archived_task(context)

    again = await complete_task(context, task_id=task_id, summary="The login")
    assert again.completed
    with pytest.raises(Refused, match="is completed; start a new one"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["web"])
    assert (await context.store.snapshot()).tasks == {}


async def test_a_chamber_of_it_is_restored_and_the_task_is_whole_and_open_again(
    context: Context,
) -> None:
    task_id = await an_archived_task(context)

    restored = await restore_chamber(context, task_id=task_id, chamber="auth")

    assert restored.restored
    state = await context.store.snapshot()
    assert state.tasks[task_id].is_open
    assert sorted(chamber.name for chamber in state.chambers.values()) == ["api", "auth"]
    assert state.archived == 0
    done = await complete_task(context, task_id=task_id, summary="The login", confirm=True)
    assert done.completed
    await check_store(context.store)


async def test_reconcile_finds_nothing_amiss_with_it(context: Context) -> None:
    await an_archived_task(context)

    assert (await reconcile(context)).differences == []


async def test_tasks_go_by_themselves_once_many_have_ended(context: Context) -> None:
    for number in range(KEPT + SLACK + 1):
        task_id = await a_started_task(context, f"Part {number}")
        await complete_task(context, task_id=task_id, summary="Done")

    state = await context.store.snapshot()
    assert len(state.tasks) == KEPT
    assert state.archived == SLACK + 1
    await check_store(context.store)
