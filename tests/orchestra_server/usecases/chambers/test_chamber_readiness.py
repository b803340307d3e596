"""A chamber is proven ready when its own hook has answered, started as a client would start it."""

from functools import partial
from pathlib import Path

import pytest

from orchestra_server.files.chamber.chamber_files import ProvisionPlan
from orchestra_server.usecases.chambers import provision
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.get_parallel_status import get_parallel_status
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds


async def test_new_chambers_are_proven_ready_by_their_own_hooks(context: Context) -> None:
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth", "api"])
    assert made.notes == []
    assert all(chamber.proven_ready for chamber in made.chambers)
    chamber = await chamber_of(context, task_id, "auth")
    assert chamber.ready_at >= chamber.created_at
    assert chamber.ready_note == ""
    status = await get_parallel_status(context, task_id=task_id)
    assert [chamber.proven_ready for chamber in status.chambers] == [True, True]
    assert [chamber.worker for chamber in status.chambers] == ["unknown", "unknown"]


async def test_a_chamber_whose_interpreter_does_not_start_is_reported_at_once(
    context: Context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(provision, "ProvisionPlan", partial(ProvisionPlan, python=broken))
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    (note,) = made.notes
    assert note.startswith("auth is not proven ready, so mail may not reach its worker: the hook")
    assert not made.chambers[0].proven_ready
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.state, chamber.ready_at) == ("live", 0)
    assert "did not answer" in chamber.ready_note


async def test_a_restored_chamber_is_probed_again(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("work.py", "x\n")
    await close_chamber(context, task_id=task_id, chamber="auth")
    before = (await chamber_of(context, task_id, "auth")).ready_at
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber_of(context, task_id, "auth")).ready_at > before


async def test_a_probe_makes_no_event_and_leaves_no_file(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    assert await kinds(context) == ["task.started", "chamber.reserved", "chamber.created"]
    assert not (chamber.path / ".claude" / "hooks" / "receipts").exists()
    assert (await context.store.snapshot()).presence == {}
    assert chamber.status == ""
