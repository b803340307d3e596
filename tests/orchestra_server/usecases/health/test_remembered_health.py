"""A second look at healthy chambers starts no git, and whatever happens to one is seen."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from orchestra_server.domain.chambers.chamber_health import ChamberFacts
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.concurrency.chamber_lock import lock_chambers
from orchestra_server.usecases.health.observe_health import observe_health
from orchestra_server.usecases.health.remembered_health import RememberedHealth
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository


@pytest.fixture
async def auth(context: Context) -> TestRepository:
    task_id = await a_started_task(context)
    return (await chambers_open(context, task_id, ["auth", "api"]))["auth"]


async def looks(
    context: Context, health: RememberedHealth
) -> tuple[Mapping[str, ChamberFacts], Mapping[str, ChamberFacts]]:
    """Return the facts as they are remembered, and as they are."""
    state, repo = await context.store.snapshot(), open_repository(context.project.root)
    chambers = list(state.chambers.values())
    seen = health.observe(repo, state.tasks, chambers)
    return seen, observe_health(repo, state.tasks, chambers)


def stash_changes(auth: TestRepository) -> None:
    auth.write("README", "by auth\n")
    auth.git("stash")


CHANGES: list[tuple[str, Callable[[TestRepository], object]]] = [
    ("directory deleted", lambda auth: shutil.rmtree(auth.path)),
    ("git file deleted", lambda auth: (auth.path / ".git").unlink()),
    ("hook deleted", lambda auth: (auth.path / HOOK_SETTINGS).unlink()),
    ("detached", lambda auth: auth.git("switch", "--quiet", "--detach")),
    ("another branch", lambda auth: auth.git("switch", "--quiet", "-c", "other")),
    ("branch renamed", lambda auth: auth.git("branch", "-m", "better-name")),
    ("stash", stash_changes),
    ("unregistered", lambda auth: shutil.rmtree(auth.git("rev-parse", "--absolute-git-dir"))),
]


async def test_a_look_at_healthy_chambers_that_are_as_before_starts_no_process(
    context: Context, auth: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    health = RememberedHealth()
    seen, actual = await looks(context, health)
    assert seen == actual
    auth.commit("a step", {"new.txt": "by auth\n"})
    await looks(context, health)
    state, repo = await context.store.snapshot(), open_repository(context.project.root)
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        health.observe(repo, state.tasks, list(state.chambers.values()))
        assert count.commands == []


@pytest.mark.parametrize("change", [row[1] for row in CHANGES], ids=[row[0] for row in CHANGES])
async def test_a_change_is_seen_at_the_next_look_and_so_is_its_end(
    context: Context, auth: TestRepository, change: Callable[[TestRepository], object]
) -> None:
    health = RememberedHealth()
    before, _ = await looks(context, health)
    change(auth)
    seen, actual = await looks(context, health)
    assert seen == actual
    assert seen != before


@pytest.mark.skipif(os.getuid() == 0, reason="root can write everywhere")
async def test_a_chamber_that_cannot_be_written_any_more_is_seen(
    context: Context, auth: TestRepository
) -> None:
    health = RememberedHealth()
    await looks(context, health)
    auth.path.chmod(0o500)
    try:
        seen, actual = await looks(context, health)
    finally:
        auth.path.chmod(0o700)
    assert seen == actual
    assert any(facts.unwritable for facts in seen.values())


async def test_a_chamber_on_which_a_call_works_is_left_out_meanwhile(
    context: Context, auth: TestRepository
) -> None:
    health = RememberedHealth()
    before, _ = await looks(context, health)
    async with lock_chambers(context.project.git_dir, [auth.path.name]):
        seen, _ = await looks(context, health)
        assert len(seen) == 1
    assert (await looks(context, health))[0] == before
