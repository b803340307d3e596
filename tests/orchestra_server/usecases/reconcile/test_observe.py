"""What is read of the store, git and the disk, each fact on a real repository."""

import shutil
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from orchestra_core.state import ProjectState
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.observation import ChamberObservation, Observation
from orchestra_server.usecases.reconcile.observe import look, lost_claims, observe_chamber
from tests.support.conducting import chamber_of
from tests.support.repositories import TestRepository
from tests.support.samples import a_chamber


async def observed(context: Context) -> Observation:
    return await look(context, open_repository(context.project.root))


def replace_by_link(auth: TestRepository) -> None:
    elsewhere = auth.path.with_name("elsewhere")
    auth.path.rename(elsewhere)
    auth.path.symlink_to(elsewhere)


CHANGES: list[tuple[str, Callable[[TestRepository], object], dict[str, object]]] = [
    ("unchanged", lambda _auth: None, {}),
    ("directory deleted", lambda auth: shutil.rmtree(auth.path), {"exists": False}),
    ("git file deleted", lambda auth: (auth.path / ".git").unlink(), {"linked": False}),
    (
        "git file of another repository",
        lambda auth: (auth.path / ".git").write_text("gitdir: /nowhere\n"),
        {"linked": False},
    ),
    ("hook deleted", lambda auth: (auth.path / HOOK_SETTINGS).unlink(), {"hooked": False}),
]


@pytest.mark.parametrize(
    ("change", "facts"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
async def test_a_chambers_directory_git_file_and_hook_are_observed(
    context: Context,
    task_id: str,
    auth: TestRepository,
    change: Callable[[TestRepository], object],
    facts: dict[str, object],
) -> None:
    change(auth)
    chamber = await chamber_of(context, task_id, "auth")
    observation = observe_chamber(open_repository(context.project.root), chamber)
    fields = ("exists", "link", "linked", "hooked")
    expected = {"exists": True, "link": "", "linked": True, "hooked": True, **facts}
    assert {name: getattr(observation, name) for name in fields} == expected


async def test_a_link_in_a_chambers_place_is_observed_with_its_target_and_no_more(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    replace_by_link(auth)
    chamber = await chamber_of(context, task_id, "auth")
    observation = observe_chamber(open_repository(context.project.root), chamber)
    assert observation == ChamberObservation(link=str(auth.path.with_name("elsewhere")))


async def test_a_chamber_that_never_had_a_hook_misses_none(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    (auth.path / HOOK_SETTINGS).unlink()
    chamber = replace(await chamber_of(context, task_id, "auth"), ready_at=0)
    assert observe_chamber(open_repository(context.project.root), chamber).hooked


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
