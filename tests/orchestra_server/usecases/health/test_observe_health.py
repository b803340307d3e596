"""What is looked at of a chamber, on a real repository."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestra_core.errors import Unavailable
from orchestra_server.domain.chambers.chamber_health import health_of
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.git.repository.worktree_status import WorktreeStatus
from orchestra_server.git.worktrees import own_branch
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.health.observe_health import observe_health
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository


@pytest.fixture
async def auth(context: Context) -> TestRepository:
    task_id = await a_started_task(context)
    return (await chambers_open(context, task_id, ["auth"]))["auth"]


async def health(context: Context) -> list[str]:
    """Return what is wrong with the only chamber, in two words each."""
    state = await context.store.snapshot()
    repo = open_repository(context.project.root)
    facts = observe_health(repo, state.tasks, state.chambers.values())
    return [
        sentence.partition(":")[0]
        for chamber_id, seen in facts.items()
        for sentence in health_of(state.chambers[chamber_id], seen)
    ]


def replace_by_link(auth: TestRepository) -> None:
    elsewhere = auth.path.with_name("elsewhere")
    auth.path.rename(elsewhere)
    auth.path.symlink_to(elsewhere)


def stash_changes(auth: TestRepository) -> None:
    auth.write("README", "by auth\n")
    auth.git("stash")


def begin_rebase(auth: TestRepository) -> None:
    auth.commit("mine", {"new.txt": "by auth\n"})
    auth.git("-c", "sequence.editor=sed -i s/^pick/edit/", "rebase", "--quiet", "-i", "HEAD~1")


def rename_branch(auth: TestRepository) -> None:
    auth.commit("mine", {"new.txt": "by auth\n"})
    auth.git("branch", "-m", "better-name")


CHANGES: list[tuple[Callable[[TestRepository], object], list[str]]] = [
    (lambda _auth: None, []),
    (lambda auth: auth.git("clean", "-fdxq"), ["hook gone"]),
    (lambda auth: auth.git("switch", "--quiet", "--detach"), ["detached"]),
    (lambda auth: auth.git("switch", "--quiet", "-c", "fix"), ["on another branch"]),
    (rename_branch, ["branch renamed"]),
    (begin_rebase, []),
    (stash_changes, ["stash"]),
    (replace_by_link, ["replaced by a link"]),
    (lambda auth: shutil.rmtree(auth.path), ["directory gone"]),
    (lambda auth: (auth.path / ".git").unlink(), ["unknown to git"]),
]


@pytest.mark.parametrize(("change", "wrong"), CHANGES)
async def test_damage_to_a_chamber_is_observed(
    context: Context,
    auth: TestRepository,
    change: Callable[[TestRepository], object],
    wrong: list[str],
) -> None:
    change(auth)
    assert await health(context) == wrong


async def test_a_chamber_that_cannot_be_written_is_observed(
    context: Context, auth: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def access(path: Path, _mode: int) -> bool:
        return path != auth.path

    monkeypatch.setattr(os, "access", access)
    assert await health(context) == ["not writable"]


async def test_a_chamber_that_a_call_is_working_on_is_not_observed(
    context: Context, auth: TestRepository
) -> None:
    shutil.rmtree(auth.path)
    async with lock_chambers(context.project.git_dir, ["auth"]):
        assert await health(context) == []


async def test_a_chamber_that_git_cannot_read_is_left_out_and_the_others_are_observed(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for chamber in chambers.values():
        chamber.git("switch", "--quiet", "--detach")
    real = own_branch.read_status

    def refuse_auth(worktree: Path) -> WorktreeStatus:
        if worktree.name == "auth":
            message = "no look at auth"
            raise Unavailable(message)
        return real(worktree)

    monkeypatch.setattr(own_branch, "read_status", refuse_auth)
    assert await health(context) == ["detached"]


async def test_reconcile_records_the_faults_it_leaves_and_clears_those_it_repairs(
    context: Context, auth: TestRepository
) -> None:
    async def recorded() -> list[str]:
        [chamber] = (await context.store.snapshot()).chambers.values()
        return [sentence.partition(":")[0] for sentence in chamber.health]

    auth.git("switch", "--quiet", "--detach")
    await reconcile(context)
    assert await recorded() == ["detached"]
    auth.git("switch", "--quiet", "-")
    auth.git("clean", "-fdxq")
    await reconcile(context)
    assert await recorded() == []
