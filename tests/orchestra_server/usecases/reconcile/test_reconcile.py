"""What differs is found, named and mended, on a real repository and a real store."""

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.events import Event, EventData
from orchestra_core.project import find_project
from orchestra_core.replies.reconcile import Reconciled
from orchestra_core.store.reads import Reads
from orchestra_server.domain.chambers import chamber_lifecycle
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.completion.merge_and_land import land_prepared
from orchestra_server.usecases.concurrency.repository_lock import lock_repository
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import (
    a_started_task,
    chamber_of,
    chambers_open,
    kinds,
    leave_half_made,
    prepared_landing,
)
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON

SUMMARY = "Add a login"


def names(reconciled: Reconciled) -> list[str]:
    return [difference.name for difference in reconciled.differences]


def assert_mended(reconciled: Reconciled, *expected: str) -> None:
    assert names(reconciled) == list(expected)
    assert [difference.note for difference in reconciled.differences if not difference.mended] == []


async def change(context: Context, make: Callable[[Reads], Change]) -> None:
    async def decide(reads: Reads) -> Change:
        return make(reads)

    await context.store.transact(decide)


async def test_without_differences_nothing_is_found_and_nothing_changes(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("new", "x")
    await close_chamber(context, task_id=task_id, chamber="auth")
    await interrupt_worker(context, task_id=task_id, chamber="api", message="look")
    before = [await kinds(context), repository.git("for-each-ref")]
    reconciled = await reconcile(context)
    assert reconciled.differences == []
    assert [await kinds(context), repository.git("for-each-ref")] == before


async def test_a_chamber_on_another_branch_is_named_with_the_way_back_and_not_changed(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].git("checkout", "--quiet", "--detach")
    chambers["api"].git("checkout", "--quiet", "-b", "elsewhere")
    for _ in range(2):
        found = (await reconcile(context)).differences
        assert [(difference.name, difference.mended) for difference in found] == [
            ("other branch", False)
        ] * 2
        assert all(" switch " in difference.mending for difference in found)
    assert chambers["api"].git("branch", "--show-current") == "elsewhere"


async def test_a_half_created_chamber_is_removed_and_its_name_released(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await leave_half_made(context, repository, task_id)
    assert_mended(await reconcile(context), "half-made chamber")
    assert (await chamber_of(context, task_id, "auth")).state == "failed"
    assert repository.branches == ["main"]
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert list(await chambers_open(context, task_id, ["auth"])) == ["auth"]


async def test_a_chamber_that_is_being_created_is_not_touched(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await leave_half_made(context, repository, task_id)
    async with lock_repository(context.project.git_dir):  # as its maker is
        waiting = asyncio.create_task(reconcile(context))
        await asyncio.wait([waiting], timeout=0.2)
        assert not waiting.done()
        made = await chamber_of(context, task_id, "auth")
        await change(context, lambda _: chamber_lifecycle.opened([made], {}, at=NOON, actor="a")[1])
    assert "half-made chamber" not in names(await waiting)
    assert (await chamber_of(context, task_id, "auth")).state == "live"


async def test_a_dry_run_lists_differences_and_repairs_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await leave_half_made(context, repository, task_id)
    reconciled = await reconcile(context, dry_run=True)
    assert [(difference.name, difference.mended) for difference in reconciled.differences] == [
        ("half-made chamber", False)
    ]
    assert (await chamber_of(context, task_id, "auth")).state == "creating"


async def test_an_interrupted_close_is_finished(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "untracked\n")
    auth_chamber = await chamber_of(context, task_id, "auth")
    await change(context, lambda _: chamber_lifecycle.closing(auth_chamber, at=NOON, actor="a")[1])
    assert_mended(await reconcile(context), "unfinished closing")
    assert not chamber.path.exists()
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.read("new") == "untracked\n"


async def begin_completing(context: Context, task_id: str, ending: str = "merge") -> None:
    task = (await context.store.snapshot()).tasks[task_id]
    saves = ending == "save"
    begun, begin = task_lifecycle.completing(task, at=1, actor="a", summary=SUMMARY)
    if saves:
        begun = replace(begun, ending="save")
        begin = Change(events=(replace(begin.events[0], data=EventData(task=begun)),))
    await change(context, lambda _: begin)


async def test_a_completion_interrupted_before_landing_is_reopened(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "x\n")
    before = repository.head
    await begin_completing(context, task_id)
    assert_mended(await reconcile(context), "unfinished completing")
    assert (await context.store.snapshot()).tasks[task_id].state == "open"
    assert (repository.head, chamber.read("auth.py")) == (before, "x\n")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed


async def test_a_completion_interrupted_after_landing_is_finished(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    for name, worktree in worktrees.items():
        worktree.write(f"{name}.py", "x\n")
    await begin_completing(context, task_id)
    state = await context.store.snapshot()
    task, repo = state.tasks[task_id], open_repository(repository.path)
    chambers = list(state.chambers.values())
    ready = await asyncio.to_thread(prepared_landing, repo, task, chambers, SUMMARY)
    announced = task_lifecycle.landing(
        task, commit=ready.commit, chambers=ready.order, at=2, actor="a"
    )[1]
    await change(context, lambda _: announced)
    await asyncio.to_thread(land_prepared, repo, task, ready)

    assert_mended(await reconcile(context), "unfinished completing")

    task = (await context.store.snapshot()).tasks[task_id]
    assert (task.state, task.landed_commit) == ("completed", repository.head)
    assert not any(worktree.path.exists() for worktree in worktrees.values())
    assert repository.branches == ["main"]
    again = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (again.already_completed, again.merged) == (True, ["auth", "api"])


async def test_an_interrupted_completion_without_merging_saves_the_remaining_chambers(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "x\n")
    await begin_completing(context, task_id, "save")
    assert_mended(await reconcile(context), "unfinished completing")
    assert (await context.store.snapshot()).tasks[task_id].state == "closed"
    assert (await chamber_of(context, task_id, "auth")).saved_ref


async def test_a_chamber_with_a_deleted_directory_is_closed_and_its_commits_are_saved(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    head = chamber.commit("mine", {"mine": "x\n"})
    shutil.rmtree(chamber.path)
    assert_mended(await reconcile(context), "deleted directory")
    assert (await chamber_of(context, task_id, "auth")).state == "closed"
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.head == head


async def test_lost_git_files_worktree_records_and_locks_are_restored(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api", "ui"])
    for chamber in chambers.values():
        chamber.write("new", "x\n")
    (chambers["auth"].path / ".git").unlink()
    shutil.rmtree(repository.path / ".git/worktrees/api")
    repository.git("worktree", "unlock", str(chambers["ui"].path))
    assert_mended(await reconcile(context), "lost link", "forgotten worktree", "unlocked worktree")
    assert [chamber.status for chamber in chambers.values()] == ["?? new"] * 3
    assert (await reconcile(context)).differences == []


async def test_a_hook_deleted_by_git_clean_is_written_again_with_the_mail(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    probed = await chamber_of(context, task_id, "auth")
    assert probed.ready_at
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="Stop, please")
    auth.write("new", "x\n")
    auth.git("add", "new")
    auth.git("clean", "-fdxq")
    assert_mended(await reconcile(context), "lost hook", "lost mail")
    assert (auth.path / ".claude/settings.local.json").exists()
    assert (auth.path / ".claude/hooks/interrupt_monitor.py").exists()
    assert "Stop, please" in auth.read(".INTERRUPT")
    assert auth.status == "A  new"
    assert (await reconcile(context)).differences == []


async def test_a_hook_of_an_older_version_gets_settings_without_the_stores_address(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    place = ".claude/hooks/interrupt_monitor.json"
    now = auth.read(place)
    older = {**json.loads(now), "redis": {"socket": "/s", "hello": [["AUTH", "x", "secret"]]}}
    del older["spool"]
    auth.write(place, json.dumps(older))
    assert_mended(await reconcile(context), "outdated hook")
    assert auth.read(place) == now
    assert (await reconcile(context)).differences == []


async def test_an_interrupted_restore_can_be_repeated(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x\n")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    await restore_chamber(context, task_id=task_id, chamber="auth")
    auth_chamber = await chamber_of(context, task_id, "auth")
    gone = replace(auth_chamber, state="closed", saved_ref=closed.saved_ref)
    event = Event(at=NOON, kind="chamber.closed", task_id=task_id, data=EventData(chamber=gone))
    await change(context, lambda _: Change(events=(event,), releases={"auth": auth_chamber.id}))
    assert_mended(await reconcile(context), "half-restored chamber")
    assert not chamber.path.exists()
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.read("new") == "x\n"


async def test_chambers_unknown_to_an_emptied_store_are_adopted(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "x\n")
    await context.store.client.call("FLUSHALL")
    assert_mended(await reconcile(context), "orphan worktree")
    assert (await chamber_of(context, task_id, "auth")).state == "live"
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("auth.py") == "x\n"


async def test_a_persons_own_worktree_and_branches_are_ignored(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    repository.git("worktree", "add", "--quiet", "-b", "mine", str(tmp_path / "mine"))
    repository.git("branch", "old")
    assert (await reconcile(context)).differences == []


async def test_an_orphan_branch_is_deleted_only_if_it_is_merged(
    context: Context, repository: TestRepository
) -> None:
    repository.git("branch", "orchestra/t-1/merged")
    repository.git("switch", "--quiet", "-c", "orchestra/t-1/work")
    repository.commit("work", {"work": "x\n"})
    repository.git("switch", "--quiet", "main")
    reconciled = await reconcile(context)
    assert [(difference.name, difference.mended) for difference in reconciled.differences] == [
        ("orphan branch", True),
        ("orphan branch", False),
    ]
    assert repository.branches == ["main", "orchestra/t-1/work"]


async def test_mail_receipts_and_claims_are_repaired(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    first, second = [
        await interrupt_worker(context, task_id=task_id, chamber="auth", message=text)
        for text in ("look", "listen")
    ]
    receipt = f'{{"interrupt_id": "{first.interrupt_id}", "state": "acted", "at": {NOON + 9999}}}'
    chamber.write(".claude/hooks/receipts/one.json", receipt)
    await change(context, lambda _: Change(events=(), claims={"old": f"{task_id}/old"}))
    assert_mended(await reconcile(context), "unread receipts", "stale claim", "leftover mail")
    state = await context.store.snapshot()
    assert state.interrupts[first.interrupt_id].state == "acted"
    assert first.interrupt_id not in chamber.read(".INTERRUPT")
    (chamber.path / ".INTERRUPT").unlink()
    assert_mended(await reconcile(context), "lost mail")
    assert second.interrupt_id in chamber.read(".INTERRUPT")


async def test_after_a_move_the_repositorys_chambers_are_relocated(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "x\n")
    place = chamber.path.relative_to(repository.path)
    (repository.path / ".git" / "orchestra" / "place").unlink()  # nobody had noted it
    relocated = TestRepository(repository.path.rename(tmp_path / "elsewhere"))
    project = with_changes(find_project(relocated.path), id=context.project.id)
    moved = with_changes(context, project=project)

    assert_mended(await reconcile(moved), "moved worktree", "moved chamber")

    state = await context.store.snapshot()
    assert state.tasks[task_id].working_directory == str(relocated.path)
    assert state.chambers[f"{task_id}/auth"].path == str(relocated.path / place)
    assert str(tmp_path / "shop") not in relocated.read(f"{place}/.claude/settings.local.json")
    assert (await reconcile(moved)).differences == []
    assert (await complete_task(moved, task_id=task_id, summary=SUMMARY)).completed
    assert relocated.read("auth.py") == "x\n"


async def test_a_chamber_on_another_machine_is_ignored(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    auth_chamber = replace(await chamber_of(context, task_id, "auth"), clone="elsewhere")
    event = Event(
        at=NOON, kind="chamber.restored", task_id=task_id, data=EventData(chamber=auth_chamber)
    )
    await change(context, lambda _: Change(events=(event,)))
    (chamber.path / ".git").unlink()
    assert (await reconcile(context)).differences == []
