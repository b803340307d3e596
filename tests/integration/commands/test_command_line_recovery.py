"""`orchestra restore` and `orchestra reconcile` as people run them."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.project import find_project
from orchestra_core.replies.chambers import SavedList
from orchestra_core.replies.reconcile import Reconciled
from orchestra_core.settings import Settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from tests.support.commands.run_command import orchestra
from tests.support.conductor.replies import decode_exactly
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import PLAIN_GIT, TestRepository, small_repository
from tests.support.stores.valkey_users import a_user_of_their_own

pytestmark = pytest.mark.usefixtures("forked_commands")

# Ends its starter, as kill -9 does, when it is asked for a branch's worktree the second time.
_KILLER = """#!/bin/sh
case "$*" in *"worktree add"*two*) kill -9 $PPID; exit 1;; esac
exec {git} "$@"
"""
_MAKER = """
import asyncio, sys
from pathlib import Path
from orchestra_core.project import find_project
from orchestra_core.settings import read_settings
from orchestra_core.store.open_store import open_store
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch

async def make():
    project, settings = find_project(Path.cwd()), read_settings()
    async with open_store(project.id, settings) as store:
        context = Context(store=store, project=project, settings=settings, actor="test")
        await create_chambers_batch(context, task_id=sys.argv[1], chamber_names=["one", "two"])

asyncio.run(make())
"""


@pytest.fixture
def settings(
    monkeypatch: pytest.MonkeyPatch, valkey_url: str, tmp_path: Path
) -> Iterator[Settings]:
    for name, value in PLAIN_GIT.items():
        monkeypatch.setenv(name, value)
    with a_user_of_their_own() as own:
        yield Settings(valkey_url, own.state_dir, own.runtime_dir, "")


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    return small_repository(tmp_path / "my shop é")


def a_chamber_with_work(shop: TestRepository, settings: Settings, *, closed: bool) -> str:
    """Return the task's id; its chamber `auth` has one untracked file."""

    async def make() -> str:
        project = find_project(shop.path)
        async with open_store(project.id, settings) as store:
            context = Context(store=store, project=project, settings=settings, actor="test")
            task_id = await a_started_task(context)
            worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
            worktree.write("new", "untracked\n")
            if closed:
                await close_chamber(context, task_id=task_id, chamber="auth")
            return task_id

    return asyncio.run(make())


def test_restore_lists_saved_chambers_and_restores_one_by_name(
    shop: TestRepository, settings: Settings
) -> None:
    task_id = a_chamber_with_work(shop, settings, closed=True)
    listed = decode_exactly(SavedList, orchestra(shop.path, settings, "restore", "--json").stdout)
    (saved,) = listed.saved
    assert (saved.task_id, saved.chamber, saved.restorable) == (task_id, "auth", True)
    assert f"{task_id}/auth  closed" in orchestra(shop.path, settings, "restore", "--list").stdout

    ran = orchestra(shop.path, settings, "restore", f"{task_id}/auth")
    assert (ran.returncode, ran.stderr) == (0, "")
    worktree = shop.at(shop.path / ".claude/worktrees/auth")
    assert str(worktree.path) in ran.stdout
    assert (worktree.status, worktree.read("new")) == ("?? new", "untracked\n")


def test_restore_accepts_a_chamber_name_without_its_task_and_lists_the_saves_for_a_wrong_one(
    shop: TestRepository, settings: Settings
) -> None:
    task_id = a_chamber_with_work(shop, settings, closed=True)
    wrong = orchestra(shop.path, settings, "restore", "nope")
    assert wrong.returncode == 1
    assert wrong.stderr.splitlines() == [
        f"orchestra: nothing was saved from a chamber 'nope'; saved: {task_id}/auth"
    ]
    assert orchestra(shop.path, settings, "restore", "auth").returncode == 0


def test_reconcile_lists_differences_repairs_them_and_then_finds_none(
    shop: TestRepository, settings: Settings
) -> None:
    a_chamber_with_work(shop, settings, closed=False)
    worktree = shop.at(shop.path / ".claude/worktrees/auth")
    (worktree.path / ".git").unlink()
    tried = orchestra(shop.path, settings, "reconcile", "--dry-run")
    assert "found: " in tried.stdout
    assert not (worktree.path / ".git").exists()
    ran = orchestra(shop.path, settings, "reconcile", "--json")
    assert ran.returncode == 0
    reconciled = decode_exactly(Reconciled, ran.stdout)
    assert [(difference.name, difference.mended) for difference in reconciled.differences] == [
        ("lost link", True)
    ]
    assert worktree.status == "?? new"
    assert "agree" in orchestra(shop.path, settings, "reconcile").stdout


def test_the_next_command_after_a_move_finds_tasks_and_chambers_at_the_new_place(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    assert orchestra(shop.path, settings, "create", "auth", "--title", "Login").returncode == 0
    stop_daemon(shop.path / ".git")
    moved = TestRepository(shop.path.rename(tmp_path / "elsewhere"))
    tried = orchestra(moved.path, settings, "reconcile", "--dry-run")
    assert f"this repository was at {shop.path}" in tried.stdout
    told = orchestra(moved.path, settings, "interrupt", "auth", "Use S256")
    assert (told.returncode, "posted" in told.stdout) == (0, True)
    assert f"this repository was at {shop.path}; its tasks and chambers are here" in told.stderr
    chamber = moved.path / ".claude" / "worktrees" / "auth"
    assert "Use S256" in (chamber / ".INTERRUPT").read_text()
    assert "agree" in orchestra(moved.path, settings, "reconcile").stdout
    stop_daemon(moved.path / ".git")


def test_a_chamber_half_created_by_a_killed_process_is_removed_by_the_next_command(
    shop: TestRepository, settings: Settings, tmp_path: Path
) -> None:
    task_id = a_chamber_with_work(shop, settings, closed=False)
    git = subprocess.run(["which", "git"], capture_output=True, text=True, check=True)
    (tmp_path / "bin").mkdir()
    killer = tmp_path / "bin" / "git"
    killer.write_text(_KILLER.format(git=git.stdout.strip()))
    killer.chmod(0o755)
    made = subprocess.run(
        [sys.executable, "-c", _MAKER, task_id],
        cwd=shop.path,
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
            "ORCHESTRA_REDIS_URL": settings.redis_url,
        },
        check=False,
    )
    assert made.returncode == -signal.SIGKILL
    assert (shop.path / ".claude/worktrees/one").exists()

    ran = orchestra(shop.path, settings, "reconcile", "--json")

    reconciled = decode_exactly(Reconciled, ran.stdout)
    assert {
        (difference.name, difference.subject, difference.mended)
        for difference in reconciled.differences
    } == {
        ("half-made chamber", f"{task_id}/one", True),
        ("half-made chamber", f"{task_id}/two", True),
    }
    assert shop.branches == ["main", f"orchestra/{task_id}/auth"]
    assert not (shop.path / ".claude/worktrees/one").exists()
    state = json.loads(orchestra(shop.path, settings, "status", "--json").stdout)
    assert state["seq"] > 0


def test_restore_by_ref_restores_an_earlier_save_and_one_unknown_to_the_store(
    shop: TestRepository, settings: Settings
) -> None:
    task_id = a_chamber_with_work(shop, settings, closed=True)
    first = shop.git("for-each-ref", "--format=%(refname)", "refs/orchestra/saved")
    lost = first.replace(task_id, "lost-1a2b")
    shop.git("update-ref", lost, first)
    assert f"{lost}  (the store does not know" in orchestra(shop.path, settings, "restore").stdout

    ran = orchestra(shop.path, settings, "restore", lost)

    assert (ran.returncode, ran.stderr) == (0, "")
    worktree = shop.at(shop.path / ".claude/worktrees/auth")
    assert (worktree.read("new"), worktree.git("branch", "--show-current")) == (
        "untracked\n",
        "orchestra/lost-1a2b/auth",
    )
