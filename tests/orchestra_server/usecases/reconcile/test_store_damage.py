"""reconcile on a store that has lost a key, or holds what cannot be read."""

import pytest

from orchestra_core.names import chamber_id
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.kills.invariants import check_store


async def names(context: Context) -> list[str]:
    """Reconcile, and return the names of what was found; all of it must be mended."""
    all_differences = (await reconcile(context)).differences
    assert all(difference.mended for difference in all_differences), all_differences
    return [difference.name for difference in all_differences]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("seq", "lost counter"),
        ("tasks", "lost documents"),
        ("chambers", "lost documents"),
        ("claims", "lost claim"),
    ],
)
async def test_a_task_goes_on_after_the_loss_of_any_one_key(
    context: Context, kind: str, name: str
) -> None:
    task_id = await a_started_task(context)
    trees = await chambers_open(context, task_id, ["auth"])
    trees["auth"].write("login.py", "LOGIN = 1\n")
    await context.store.client.call("DEL", context.store.keys.sequence.replace("seq", kind))

    assert name in await names(context)
    assert await names(context) == []
    await check_store(context.store)
    done = await complete_task(context, task_id=task_id, summary="Login", confirm=True)
    assert done.completed


async def test_a_lost_claim_is_held_by_those_who_need_it_again(context: Context) -> None:
    task_id = await a_started_task(context, "Add a login")
    await chambers_open(context, task_id, ["auth"])
    await context.store.client.call("DEL", context.store.keys.claims)

    assert await names(context) == ["lost claim", "lost claim"]
    assert (await start_task(context, description="Add a login")).task_id == task_id


async def test_an_unreadable_chamber_is_named_and_neither_adopted_nor_overwritten(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    trees = await chambers_open(context, task_id, ["auth", "api"])
    trees["auth"].write("login.py", "LOGIN = 1\n")
    key, field = context.store.keys.documents("chambers"), chamber_id(task_id, "auth")
    await context.store.client.call("HSET", key, field, '{"state":"floating"}')

    all_differences = (await reconcile(context)).differences

    assert [
        (difference.name, difference.subject, difference.mended) for difference in all_differences
    ] == [("unreadable document", f"{key} {field}", False)]
    assert await context.store.client.call("HGET", key, field) == b'{"state":"floating"}'
    assert trees["auth"].path.is_dir()
    assert list((await context.store.snapshot()).chambers) == [chamber_id(task_id, "api")]
    await a_started_task(context, "Something else")
