"""The radar at work: real chambers, a real watch, a real store."""

import asyncio
import errno
import os
import sys
from pathlib import Path

import pytest

from orchestra_core.models import BASE, Presence
from orchestra_core.names import chamber_id
from orchestra_server.git.watch import file_watcher
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.conflicts import watch_plan
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.conflict_scene import Scene, radar_on, radar_scene
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository, run_git
from tests.support.stores.store_watch import watching
from tests.support.waiting import until


async def test_two_chambers_that_write_one_file_conflict_until_one_reverts_it(
    scene: Scene,
) -> None:
    scene.auth.write("README", "by auth\n")
    scene.api.write("README", "by api\n")
    appeared = await scene.next("collision.appeared")
    assert appeared.between == (f"{scene.task_id}/api", f"{scene.task_id}/auth")
    assert (appeared.files, appeared.kinds, appeared.count) == (("README",), ("content",), 1)
    assert appeared.task_ids == (scene.task_id,)

    scene.api.write("src/app.py", "by api\n")
    scene.auth.write("src/app.py", "by auth\n")
    wider = await scene.next("collision.changed")
    assert wider.files == ("README", "src/app.py")
    assert wider.since == appeared.since

    for name in wider.files:
        scene.api.git("checkout", "--quiet", "--", name)
    over = await scene.next("collision.cleared")
    assert (over.state, over.since) == ("clear", appeared.since)
    assert over.cleared_at > appeared.since
    assert scene.told.state.conflicts == {over.id: over}


async def test_a_commit_on_the_base_branch_is_noticed(
    scene: Scene, repository: TestRepository
) -> None:
    scene.auth.write("README", "by auth\n")
    repository.commit("meanwhile", {"README": "by main\n"})
    appeared = await scene.next("collision.appeared")
    assert appeared.between == (f"{scene.task_id}/auth", BASE)

    scene.auth.commit("mine")
    scene.auth.git("merge", "--quiet", "--strategy-option=ours", "main")
    assert (await scene.next("collision.cleared")).id == appeared.id


async def test_a_commit_in_a_chamber_that_changes_no_file_is_noticed(
    scene: Scene, repository: TestRepository
) -> None:
    scene.auth.commit("mine", {"README": "by auth\n"})
    repository.commit("meanwhile", {"README": "by main\n"})
    await scene.next("collision.appeared")
    scene.auth.git("merge", "--quiet", "--strategy=ours", "main")
    await scene.next("collision.cleared")


async def test_closing_a_chamber_ends_its_conflict_and_restoring_it_starts_it_again(
    scene: Scene,
) -> None:
    scene.auth.write("new.txt", "by auth\n")
    scene.api.write("new.txt", "by api\n")
    appeared = await scene.next("collision.appeared")
    await close_chamber(scene.context, task_id=scene.task_id, chamber="api")
    assert (await scene.next("collision.cleared")).id == appeared.id
    await restore_chamber(scene.context, task_id=scene.task_id, chamber="api")
    assert (await scene.next("collision.appeared")).id == appeared.id
    scene.api.write("new.txt", "by auth\n")
    assert (await scene.next("collision.cleared")).id == appeared.id


async def test_a_chamber_created_later_is_watched_too(scene: Scene) -> None:
    later = await chambers_open(scene.context, scene.task_id, ["docs"])
    later["docs"].write("README", "by docs\n")
    scene.auth.write("README", "by auth\n")
    appeared = await scene.next("collision.appeared")
    assert appeared.between == (f"{scene.task_id}/auth", f"{scene.task_id}/docs")


async def test_conflicts_from_before_the_start_are_found_at_the_start(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for name, chamber in chambers.items():
        chamber.write("README", f"by {name}\n")
    async with watching(context.store) as told:
        async with radar_on(context):
            await told.until(lambda told: bool(told.state.conflicts))
        await complete_task(context, task_id=task_id, summary="all", commit_changes=False)
        async with radar_on(context):
            await told.until(
                lambda told: all(conflict.is_over for conflict in told.state.conflicts.values())
            )


async def test_without_changes_nothing_is_computed_or_written(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.watched()
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        for number in range(3):
            await record_agent_action(
                scene.context,
                task_id=scene.task_id,
                agent_id="auth",
                action=f"step {number}",
                result="done",
            )
        await scene.told.until(
            lambda told: sum(event.kind == "agent.acted" for event in told.events) == 3
        )
        assert "merge-tree" not in count.commands
        assert "add" not in count.commands
        assert len(scene.conflicts()) == 4


async def test_known_ignored_files_start_no_git_process(
    scene: Scene, repository: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.git("config", "core.excludesFile", str(tmp_path / "ignored"))
    (tmp_path / "ignored").write_text("build/\n")
    await scene.watched()
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        scene.auth.write("build/one.o", "1")
        await until(lambda: "check-ignore" in count.commands)
        count.forget()
        scene.auth.write("build/two.o", "2")
        scene.auth.write("build/deep/three.o", "3")
        scene.api.write("README", "by api again\n")
        await until(lambda: "merge-tree" in count.commands)
        assert count.commands.count("add") == 1
    await scene.next("collision.appeared")
    assert len(scene.conflicts()) == 5


async def test_a_chamber_too_large_to_watch_is_compared_when_its_worker_reports(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch_plan, "watch_budget", lambda: 8)
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for number in range(12):
        chambers["api"].write(f"node_modules/{number}/index.js", "")
    async with watching(context.store) as told, radar_on(context):
        chambers["auth"].write("README", "by auth\n")
        chambers["api"].write("README", "by api\n")
        report = Presence(chamber_id=chamber_id(task_id, "api"), state="working", since=1)
        await context.store.report_presence(report)
        await told.until(lambda told: bool(told.state.conflicts))


async def test_where_the_system_refuses_to_watch_reports_trigger_comparisons(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(file_watcher, "changes_below", refuse)
    async with radar_scene(context) as scene:
        scene.auth.write("README", "by auth\n")
        scene.api.write("README", "by api\n")
        await scene.context.store.report_presence(
            Presence(chamber_id=chamber_id(scene.task_id, "api"), state="working", since=1)
        )
        await scene.told.until(lambda told: bool(told.state.conflicts))
    assert "no space left on device" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such a name")
async def test_a_file_name_that_is_not_utf_8_does_not_end_the_watch(scene: Scene) -> None:
    await scene.watched()
    scene.auth.write(os.fsdecode(b"\xff.txt"), "by auth\n")
    scene.api.write(os.fsdecode(b"\xff.txt"), "by api\n")
    assert (await scene.next("collision.appeared")).files == ("\ufffd.txt",)
    scene.api.write("README", "by api again\n")
    assert (await scene.next("collision.changed")).files == ("README", "\ufffd.txt")


async def test_a_renamed_directory_and_a_burst_of_writes_give_the_right_conflicts(
    scene: Scene,
) -> None:
    for number in range(300):
        scene.auth.write(f"many/{number}.txt", f"auth {number}\n")
    (scene.auth.path / "many").rename(scene.auth.path / "more")
    scene.api.write("more/7.txt", "by api\n")
    appeared = await scene.next("collision.appeared")
    assert appeared.files == ("more/7.txt",)


async def test_one_of_two_monitors_works_and_the_other_takes_over(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    async with watching(context.store) as told:
        async with radar_on(context):
            second = radar_on(context)
            await second.__aenter__()
            chambers["auth"].write("README", "by auth\n")
            chambers["api"].write("README", "by api\n")
            await told.until(lambda told: bool(told.state.conflicts))
        chambers["api"].write("README", "hello\n")
        await told.until(lambda told: told.events[-1].kind == "collision.cleared")
        await second.__aexit__(None, None, None)
    assert [event.kind for event in told.events] == ["collision.appeared", "collision.cleared"]
    names = {path.name for path in (repository.path / ".git").iterdir()}
    assert "orchestra-radar" not in names


async def test_a_monitor_stopped_while_waiting_leaves_the_lock_to_others(context: Context) -> None:
    async with radar_on(context), radar_on(context):
        pass
    async with asyncio.timeout(60), radar_on(context):
        task_id = await a_started_task(context)
        chambers = await chambers_open(context, task_id, ["auth", "api"])
        for name, chamber in chambers.items():
            chamber.write("README", f"by {name}\n")
        async with watching(context.store) as told:
            await told.until(lambda told: bool(told.state.conflicts))


async def test_chambers_of_another_repository_with_the_same_project_id_are_ignored(
    scene: Scene, tmp_path: Path
) -> None:
    run_git(tmp_path, "init", "--quiet", "elsewhere")
    state = await scene.context.store.snapshot()
    other = watch_plan.find_project(tmp_path / "elsewhere")
    assert watch_plan.make_plan(other, state).chambers == ()
    assert len(watch_plan.make_plan(scene.context.project, state).chambers) == 2
