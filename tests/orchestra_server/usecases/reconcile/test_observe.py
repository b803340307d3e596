"""What is read of the store, git and the disk, each fact on a real repository."""

import pytest
from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.observation import Observation
from orchestra_server.usecases.reconcile.observe import look, lost_claims
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_chamber


async def observed(context: Context) -> Observation:
    return await look(context, open_repository(context.project.root))


async def test_unread_mail_is_observed_until_its_file_is_gone(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="Stop")
    chamber_id = f"{task_id}/auth"
    assert (await observed(context)).chambers[chamber_id].unread == {sent.interrupt_id}
    (auth.path / MAIL).unlink()
    assert (await observed(context)).chambers[chamber_id].unread == frozenset()


@pytest.mark.usefixtures("auth")
async def test_a_chamber_that_a_call_works_on_is_busy(context: Context, task_id: str) -> None:
    assert (await observed(context)).busy == frozenset()
    repo = open_repository(context.project.root)
    async with lock_chambers(repo.common_dir, ["auth"]):
        assert (await observed(context)).busy == {f"{task_id}/auth"}


@pytest.mark.usefixtures("auth")
async def test_a_branch_with_a_worktree_is_not_settled_and_one_without_work_is(
    context: Context, task_id: str
) -> None:
    repo = open_repository(context.project.root)
    head = repo.git("rev-parse", "HEAD").strip()
    repo.git("branch", f"orchestra/{task_id}/old", head)
    observation = await observed(context)
    assert observation.branches[f"orchestra/{task_id}/old"] == head
    assert observation.settled == {f"orchestra/{task_id}/old"}


@pytest.mark.usefixtures("auth")
async def test_claims_that_nobody_holds_are_lost(context: Context, task_id: str) -> None:
    state = await context.store.snapshot()
    lost = lost_claims(state, {})
    assert lost["auth"] == (f"{task_id}/auth",)
    assert (task_id,) in lost.values()
    assert lost_claims(state, {name: holder for name, (holder,) in lost.items()}) == {}
    assert lost_claims(ProjectState(), {}) == {}


def test_a_lost_claim_that_two_chambers_need_names_both() -> None:
    state = ProjectState()
    for task in ("t-1", "t-2"):
        state.put(replace(a_chamber("auth", task), state="live"))
    assert lost_claims(state, {}) == {"auth": ("t-1/auth", "t-2/auth")}
