"""What a clone says of, and does with, the chambers of another clone of the same project."""

import asyncio
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.errors import Refused
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.clones.registration import describe_clone, register_clone
from orchestra_server.usecases.clones.whereabouts import task_here
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.conflicts.get_conflicts import get_conflicts
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.reconcile import reconcile
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.workers.get_agent_context import get_agent_context
from tests.orchestra_server.usecases.clones.conftest import TwoClones
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds


async def a_chamber_there(clones: TwoClones) -> str:
    task_id = await a_started_task(clones.there)
    await chambers_open(clones.there, task_id, ["auth"])
    return task_id


async def on_duty(context: Context) -> None:
    """Be heard as a clone in which a process serves the chambers; by the real clock."""
    clone = describe_clone(context.project, context.clone)
    await context.store.say_heard(clone, "another run", "mail", silent_ms=1)


@pytest.mark.parametrize("verb", ["closes it", "can land its work", "works in it"])
async def test_what_only_the_other_clone_can_do_is_refused_with_its_name(
    clones: TwoClones, verb: str
) -> None:
    task_id = await a_chamber_there(clones)
    name = f"{socket.gethostname()}:{clones.there.project.main_checkout}"
    here = clones.here
    calls = {
        "closes it": lambda: close_chamber(here, task_id=task_id, chamber="auth"),
        "works in it": lambda: create_chambers_batch(here, task_id=task_id, chamber_names=["auth"]),
        "can land its work": lambda: complete_task(here, task_id=task_id, summary="S"),
    }
    with pytest.raises(Refused) as refused:
        await calls[verb]()
    error = str(refused.value)
    if verb == "can land its work":
        assert error.startswith(f"nothing has landed: chamber 'auth' is in clone {name} (")
        assert "which shares no remote with this clone that could bring its work here" in error
    else:
        assert error.startswith(f"chamber 'auth' is in clone {name} (")
        assert error.endswith(f" ago), and only that clone {verb}; call this there")
    chamber = await chamber_of(clones.here, task_id, "auth")
    assert chamber.is_live
    assert await asyncio.to_thread(Path(chamber.path).is_dir)
    assert (await get_task_status(clones.here, task_id=task_id)).state == "open"


async def test_mail_to_a_clone_without_a_process_on_duty_promises_nothing(
    clones: TwoClones,
) -> None:
    task_id = await a_chamber_there(clones)
    sent = await interrupt_worker(clones.here, task_id=task_id, chamber="auth", message="stop")
    assert (sent.state, sent.is_here) == ("sent", False)
    assert sent.clone.endswith(str(clones.there.project.main_checkout))
    assert sent.next_step.startswith(
        f"Nobody is there to post it now: it is posted when clone {sent.clone} is heard again ("
    )
    mail = Path((await chamber_of(clones.here, task_id, "auth")).path, MAIL)
    assert not await asyncio.to_thread(mail.exists)


async def test_mail_to_a_clone_on_duty_is_left_to_it(clones: TwoClones) -> None:
    task_id = await a_chamber_there(clones)
    await on_duty(clones.there)
    here = replace(clones.here, clock=now_ms)
    sent = await interrupt_worker(here, task_id=task_id, chamber="auth", message="stop")
    assert f"The chamber is in clone {sent.clone} (heard " in sent.next_step
    assert "which posts it there" in sent.next_step


async def test_lists_say_where_a_chamber_is(clones: TwoClones) -> None:
    task_id = await a_chamber_there(clones)
    await chambers_open(clones.here, task_id, ["api"])
    task = await get_task_status(clones.here, task_id=task_id)
    parallel = await get_parallel_status(clones.here, task_id=task_id)
    for chambers in (task.chambers, parallel.chambers):
        by_name = {chamber.name: chamber for chamber in chambers}
        assert (by_name["api"].is_here, by_name["auth"].is_here) == (True, False)
        assert by_name["auth"].clone.endswith(str(clones.there.project.main_checkout))
        assert by_name["auth"].clone_heard_at
    for next_step in (task.next_step, parallel.next_step):
        assert "and only it can reach their workers or close them: auth." in next_step
    assert (
        "another clone"
        in {chamber.name: chamber for chamber in parallel.chambers}["auth"].diff_note
    )


async def test_conflicts_name_the_chambers_that_are_not_compared(clones: TwoClones) -> None:
    task_id = await a_chamber_there(clones)
    current_conflicts = await get_conflicts(clones.here, task_id=task_id)
    assert (current_conflicts.collisions, current_conflicts.not_compared) == ([], ["auth"])
    assert "Those of other clones are not compared." in current_conflicts.next_step
    assert (await get_conflicts(clones.there, task_id=task_id)).not_compared == []


async def test_chambers_of_a_task_from_another_clone_are_in_the_clone_that_creates_them(
    clones: TwoClones,
) -> None:
    task_id = await a_started_task(clones.there)
    made = await create_chambers_batch(clones.here, task_id=task_id, chamber_names=["api"])
    top = clones.here.project.main_checkout
    assert made.chambers[0].path == str(top / ".claude/worktrees/api")
    assert str(clones.there.project.main_checkout) not in made.chambers[0].worker_prompt
    assert (await chamber_of(clones.here, task_id, "api")).clone == clones.here.clone
    assert (await reconcile(clones.here)).differences == []
    closed = await close_chamber(clones.here, task_id=task_id, chamber="api")
    assert not closed.already_closed


async def test_a_tasks_directory_is_the_same_one_in_this_clone_if_it_exists(
    clones: TwoClones,
) -> None:
    task_id = await a_started_task(clones.there)
    task = (await clones.here.store.snapshot()).tasks[task_id]
    top, other = clones.here.project.main_checkout, clones.there.project.main_checkout
    assert (await task_here(clones.here, task)).working_directory == str(top)
    assert (await task_here(clones.there, task)).working_directory == str(other)


async def test_answers_briefings_and_files_name_the_directory_of_this_clone(
    clones: TwoClones,
) -> None:
    task_id = await a_started_task(clones.there)
    await chambers_open(clones.here, task_id, ["api"])
    top = clones.here.project.main_checkout
    status = await get_task_status(clones.here, task_id=task_id)
    briefing = await get_agent_context(
        clones.here, task_id=task_id, agent_type="worker", module="api"
    )
    assert (status.working_directory, briefing.working_directory) == (str(top), str(top))
    shown = await asyncio.to_thread((top / ".claude/MISSION_CONTEXT.json").read_text)
    assert task_id in shown
    stored = (await clones.here.store.snapshot()).tasks[task_id].working_directory
    assert stored == str(clones.there.project.main_checkout)


async def test_reconcile_repairs_a_chamber_here_of_a_task_from_another_clone(
    clones: TwoClones,
) -> None:
    task_id = await a_started_task(clones.there)
    api = (await chambers_open(clones.here, task_id, ["api"]))["api"]
    await asyncio.to_thread(shutil.rmtree, api.path / ".claude")
    [difference] = (await reconcile(clones.here)).differences
    assert (difference.name, difference.mended) == ("lost hook", True)
    assert (await reconcile(clones.here)).differences == []


async def test_reconcile_leaves_the_chambers_of_other_clones_alone(clones: TwoClones) -> None:
    task_id = await a_chamber_there(clones)
    before = await kinds(clones.here)
    assert (await reconcile(clones.here)).differences == []
    assert await kinds(clones.here) == before
    assert (await chamber_of(clones.here, task_id, "auth")).is_live


async def test_a_clone_keeps_its_chambers_under_another_host_name(
    clones: TwoClones, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(clones.here)
    auth = (await chambers_open(clones.here, task_id, ["auth", "api"]))["auth"]
    auth.write("auth.py", "1\n")
    monkeypatch.setattr(socket, "gethostname", lambda: "laptop.example.net")
    await register_clone(clones.here.store, clones.here.project)
    assert (await kinds(clones.here))[-1] == "clone.renamed"
    assert (await reconcile(clones.here)).differences == []
    sent = await interrupt_worker(clones.here, task_id=task_id, chamber="auth", message="go on")
    assert (sent.state, sent.is_here) == ("posted", True)
    await close_chamber(clones.here, task_id=task_id, chamber="api")
    assert "auth" in (await complete_task(clones.here, task_id=task_id, summary="S")).merged


async def test_saved_work_comes_back_in_the_clone_that_has_it(clones: TwoClones) -> None:
    task_id = await a_started_task(clones.there)
    (await chambers_open(clones.there, task_id, ["auth"]))["auth"].write("new.py", "1\n")
    await close_chamber(clones.there, task_id=task_id, chamber="auth")
    with pytest.raises(Refused, match="and only that clone has its saved work"):
        await restore_chamber(clones.here, task_id=task_id, chamber="auth")
    assert (await restore_chamber(clones.there, task_id=task_id, chamber="auth")).restored
