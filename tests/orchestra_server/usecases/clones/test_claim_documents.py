"""Documents from before clones had ids: claimed by the clone that has the worktree."""

import socket

import msgspec
import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData, decode_event
from orchestra_core.models import Chamber, Task
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.orchestra_server.usecases.clones.conftest import TwoClones
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds
from tests.support.stores.store_watch import commit


async def from_before(context: Context, task_id: str, name: str, host: str) -> None:
    """Make a task and a chamber look as a version before clones wrote them."""
    chamber = replace(await chamber_of(context, task_id, name), clone="", host=host)
    task = replace((await context.store.snapshot()).tasks[task_id], clone="")
    events = (
        Event(at=1, kind="chamber.moved", task_id=task_id, data=EventData(chamber=chamber)),
        Event(at=1, kind="task.moved", task_id=task_id, data=EventData(task=task)),
    )
    await commit(context.store, Change(events=events))


async def test_the_clone_that_has_the_worktree_claims_the_chamber_and_lands_it(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    (await chambers_open(context, task_id, ["auth"]))["auth"].write("auth.py", "1\n")
    await from_before(context, task_id, "auth", socket.gethostname())
    assert (await reconcile(context)).differences == []
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.clone, chamber.host) == (context.clone, "")
    assert (await context.store.snapshot()).tasks[task_id].clone == context.clone
    assert (await kinds(context))[-2:] == ["task.claimed", "chamber.claimed"]
    assert (await complete_task(context, task_id=task_id, summary="S")).merged == ["auth"]


@pytest.mark.parametrize("host", ["another-host", ""])
async def test_a_chamber_of_another_host_is_not_claimed(context: Context, host: str) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await from_before(context, task_id, "auth", host)
    assert (await reconcile(context)).differences == []
    assert (await chamber_of(context, task_id, "auth")).clone == ""


async def test_of_two_clones_with_one_host_name_only_the_one_with_the_worktree_claims(
    clones: TwoClones,
) -> None:
    task_id = await a_started_task(clones.there)
    auth = (await chambers_open(clones.there, task_id, ["auth"]))["auth"]
    await from_before(clones.there, task_id, "auth", socket.gethostname())
    assert (await reconcile(clones.here)).differences == []
    assert (await chamber_of(clones.here, task_id, "auth")).clone == ""
    await reconcile(clones.there)
    chamber = await chamber_of(clones.here, task_id, "auth")
    assert chamber.clone == clones.there.clone
    assert auth.path.is_dir()


def test_documents_and_events_from_before_are_still_read() -> None:
    chamber = (
        b'{"id":"t/a","task_id":"t","name":"a","path":"/p","branch":"b","host":"h","created_at":1}'
    )
    task = (
        b'{"id":"t","description":"d","complexity":"simple","working_directory":"/p",'
        b'"started_at":1,"state":"completing","host":"h"}'
    )
    assert msgspec.json.decode(chamber, type=Chamber).host == "h"
    assert msgspec.json.decode(task, type=Task).host == "h"
    event = b'{"seq":3,"at":1,"kind":"chamber.created","data":{"chamber":' + chamber + b"}}"
    decoded = decode_event(event).data.chamber
    assert decoded is not None
    assert (decoded.clone, decoded.host) == ("", "h")
