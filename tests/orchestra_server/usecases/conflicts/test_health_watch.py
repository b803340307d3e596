"""Which files tell that a chamber may be in disorder, and that their changes are told."""

import sys
from pathlib import Path

import pytest

from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.conflicts.health_watch import HealthWatch, health_files
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.waiting import until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of single files")


async def test_a_chambers_place_link_hook_and_branch_and_the_stash_tell(context: Context) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"].path
    git_dir = context.project.git_dir
    chambers = (await context.store.snapshot()).chambers.values()
    files = health_files(git_dir, chambers)
    head = git_dir / "worktrees" / "auth" / "HEAD"
    assert head.exists()
    assert files == {auth, auth / ".git", auth / HOOK_SETTINGS, head, git_dir / "refs" / "stash"}
    assert health_files(git_dir, []) == frozenset()


async def test_a_health_watch_reports_when_it_is_watching_and_each_change_until_its_end(
    tmp_path: Path,
) -> None:
    told = list[None]()
    watch = HealthWatch(lambda: told.append(None))
    assert not watch.tells
    watch.watch(frozenset((tmp_path / "one",)))
    await until(lambda: watch.tells and len(told) == 1)
    (tmp_path / "one").mkdir()
    await until(lambda: len(told) == 2)
    watch.watch(frozenset((tmp_path / "one", tmp_path / "two")))
    await until(lambda: watch.tells and len(told) == 3)
    (tmp_path / "two").touch()
    await until(lambda: len(told) >= 4)
    watch.stop()
    assert not watch.tells
