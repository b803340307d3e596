"""Two clones on two machines with networks and hostnames of their own, joined by a cable.

The store and the origin are reached over the network. Mail, suspension and the radar work across,
and a task lands from either side, although the other side's daemon is killed on the way.
"""

import os
import secrets
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from orchestra_core.daemon.ask_daemon import ask_daemon
from orchestra_core.replies.chambers import CreatedChambers, ParallelStatus
from orchestra_core.replies.completion import CompletedTask
from orchestra_core.replies.conflicts import CurrentConflicts
from orchestra_core.replies.interrupts import ResumedWorker, SentInterrupt
from orchestra_core.replies.tasks import StartedTask, TaskStatus
from orchestra_core.settings import PROJECT, Settings
from tests.support.conductor.orchestration import Conductor, on_stdio
from tests.support.git.machines import Machine, a_store, an_origin, two_machines, why_no_machines
from tests.support.git.repositories import PLAIN_GIT, TestRepository, run_git, small_repository
from tests.support.hooks.hooked_checkout import Session
from tests.support.waiting import until, until_awaited

pytestmark = pytest.mark.skipif(bool(why_no_machines()), reason=why_no_machines())
_PATIENCE = 60.0  # seconds; the radar exchanges every ten


@dataclass(frozen=True)
class CloneThere:
    """A clone on a machine, and who conducts there."""

    conductor: Conductor
    repository: TestRepository

    def daemon(self) -> int:
        """Return the process that answers for the clone, 0 for none."""
        answer = ask_daemon(self.repository.path / ".git", {"call": "about"}, 5)
        return int(answer["pid"]) if answer else 0

    async def opened(self, task_id: str, name: str) -> TestRepository:
        made = await self.conductor.call(
            CreatedChambers, "create_chambers_batch", {"task_id": task_id, "chamber_names": [name]}
        )
        return TestRepository(Path(made.chambers[0].path))


@asynccontextmanager
async def a_clone(
    machine: Machine, settings: Settings, path: Path, project: str
) -> AsyncGenerator[CloneThere]:
    environ = {**PLAIN_GIT, PROJECT: project}
    log = path.with_name(f"{path.name}.log")
    async with on_stdio(settings, path, log, environ, machine.entering) as conductor:
        yield CloneThere(conductor, TestRepository(path))


@pytest.mark.timeout(400)
async def test_a_task_is_worked_on_and_landed_across_two_machines_whose_daemons_are_killed(
    settings: Settings, tmp_path: Path
) -> None:
    seed = small_repository(tmp_path / "seed")
    run_git(tmp_path, "clone", "-q", "--bare", str(seed.path), str(tmp_path / "origin.git"))
    project = f"shop-{secrets.token_hex(3)}"
    with (
        two_machines() as (first_machine, second_machine),
        a_store(first_machine, tmp_path / "store") as url,
        an_origin(first_machine, tmp_path) as origin,
    ):
        for machine in (first_machine, second_machine):
            path = str(tmp_path / machine.name)
            machine.run("git", "clone", "-q", f"{origin}/origin.git", path)
        own = replace(settings, redis_url=url)
        async with (
            a_clone(first_machine, own, tmp_path / "here", project) as here,
            a_clone(second_machine, own, tmp_path / "there", project) as there,
        ):
            await _work_together(here, there, "here", "there")
            await _work_together(there, here, "there", "here")
    assert here.repository.path.joinpath("first-here.py").is_file()
    assert there.repository.path.joinpath("first-there.py").is_file()


async def _work_together(first: CloneThere, second: CloneThere, name: str, elsewhere: str) -> None:
    """Work on a task in both clones, and land it from the first; the second one's daemon dies."""
    task = await first.conductor.call(
        StartedTask, "start_task", {"description": f"Add a login from {name}"}
    )
    near = await first.opened(task.task_id, f"first-{name}")
    far = await second.opened(task.task_id, f"second-{name}")
    await _mail(first, task.task_id, far, elsewhere)
    if name == "here":  # once will do: its exchange takes its time
        await _radar(first, task.task_id, near, far)
    for chamber in (near, far):
        chamber.write(f"{chamber.path.name}.py", "1\n")
    await until(lambda: second.daemon() != 0)
    os.kill(second.daemon(), signal.SIGKILL)
    done = await first.conductor.call(
        CompletedTask, "complete_task", {"task_id": task.task_id, "summary": "Add both"}
    )
    assert (done.completed, sorted(done.merged)) == (True, [near.path.name, far.path.name])

    async def are_closed() -> bool:
        status = await first.conductor.call(
            TaskStatus, "get_task_status", {"task_id": task.task_id}
        )
        return {chamber.state for chamber in status.chambers} == {"closed"}

    await until_awaited(are_closed, _PATIENCE)
    assert not far.path.exists()


async def _mail(first: CloneThere, task_id: str, far: TestRepository, elsewhere: str) -> None:
    """Suspend the worker on the other machine, let it read, and resume it."""
    target = {"task_id": task_id, "chamber": far.path.name}
    sent = await first.conductor.call(
        SentInterrupt,
        "interrupt_worker",
        {**target, "message": "The column is called user_id now", "requires": "suspend"},
    )
    assert not sent.is_here
    assert sent.clone.startswith(f"{elsewhere}:")
    await until((far.path / ".INTERRUPT.suspended").exists, _PATIENCE)
    await until((far.path / ".INTERRUPT").exists, _PATIENCE)
    worker = Session(far.path)
    assert worker.fire("PreToolUse").denial
    assert "user_id" in worker.fire("PostToolBatch").context
    resumed = await first.conductor.call(ResumedWorker, "resume_worker", target)
    assert resumed.told
    await until(lambda: not (far.path / ".INTERRUPT.suspended").exists(), _PATIENCE)
    await until((far.path / ".INTERRUPT").exists, _PATIENCE)
    assert worker.fire("Stop").decision == "block"  # it is told to go on
    assert worker.fire("Stop").decision == ""

    async def is_idle() -> bool:
        status = await first.conductor.call(
            ParallelStatus, "get_parallel_status", {"task_id": task_id}
        )
        (chamber,) = (chamber for chamber in status.chambers if chamber.name == far.path.name)
        return chamber.worker == "idle" and not chamber.unread_interrupts

    await until_awaited(is_idle, _PATIENCE)


async def _radar(
    first: CloneThere, task_id: str, near: TestRepository, far: TestRepository
) -> None:
    """Have both change one file until the first clone's radar sees it, and no longer."""
    before = near.read("README")
    for chamber in (near, far):
        chamber.write("README", f"{chamber.path.name}\n")

    async def collide() -> bool:
        current_conflicts = await first.conductor.call(
            CurrentConflicts, "get_conflicts", {"task_id": task_id}
        )
        between = [sorted(collision.between) for collision in current_conflicts.collisions]
        return sorted((near.path.name, far.path.name)) in between

    await until_awaited(collide, _PATIENCE)
    far.write("README", before)
    near.write("README", before)
