"""A landing whose objects git deletes on the way is prepared again, and then held."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from orchestra_core.errors import Refused
from orchestra_server.git.merge.held_merge import HELD
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion import hold_landing, land_proven
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository


@contextmanager
def collecting(repository: TestRepository) -> Generator[None]:
    """Collect garbage again and again in another process."""
    again = "while :; do git gc --quiet --prune=now 2>/dev/null; done"
    with subprocess.Popen(
        ["/bin/sh", "-c", again], cwd=repository.path, start_new_session=True
    ) as loop:
        try:
            yield
        finally:
            os.killpg(loop.pid, signal.SIGKILL)


async def test_open_work_lands_whole_while_git_collects_garbage_again_and_again(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api", "web"])
    work = {f"{name}/{number}.py": f"{name} {number}\n" for name in chambers for number in range(9)}
    for path, content in work.items():
        chambers[path.partition("/")[0]].write(path, content)
    with collecting(repository):
        assert (await complete_task(context, task_id=task_id, summary="Login")).completed
    assert {path: repository.read(path) for path in work} == work
    repository.git("fsck", "--strict", "--no-dangling")


async def test_a_chamber_is_saved_whole_while_git_collects_garbage_again_and_again(
    context: Context, repository: TestRepository, task_id: str, auth: TestRepository
) -> None:
    for number in range(9):
        auth.write(f"{number}.py", f"{number}\n")
    with collecting(repository):
        closed = await close_chamber(context, task_id=task_id, chamber="auth")
    saved = repository.git("ls-tree", "--name-only", closed.saved_ref).split()
    assert {f"{number}.py" for number in range(9)} <= set(saved)
    repository.git("fsck", "--strict", "--no-dangling")


async def test_a_landing_is_done_although_garbage_is_collected_before_it_is_held_and_after(
    context: Context,
    repository: TestRepository,
    task_id: str,
    auth: TestRepository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    auth.write("login.py", "1\n")
    merge, land, merged = land_proven.merge_for_landing, land_proven.land_prepared, list[str]()

    async def merge_then_collect(*of: object, **named: object) -> object:
        landing = await merge(*of, **named)  # type: ignore[arg-type]
        merged.append(landing.commit)
        if len(merged) == 1:
            repository.git("gc", "--force", "--quiet", "--prune=now")
        return landing

    def collect_then_land(*of: object) -> None:
        repository.git("gc", "--force", "--quiet", "--prune=now")
        land(*of)  # type: ignore[arg-type]

    monkeypatch.setattr(land_proven, "merge_for_landing", merge_then_collect)
    monkeypatch.setattr(land_proven, "land_prepared", collect_then_land)
    done = await complete_task(context, task_id=task_id, summary="Login")
    assert (done.completed, len(merged)) == (True, 2)
    assert repository.read("login.py") == "1\n"
    assert repository.git("for-each-ref", HELD) == ""
    repository.git("fsck", "--strict", "--no-dangling")


async def test_a_landing_that_is_deleted_each_time_is_refused_in_one_line(
    context: Context,
    repository: TestRepository,
    task_id: str,
    auth: TestRepository,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    auth.write("login.py", "1\n")
    before = repository.head

    def deleted(*_of: object) -> bool:
        return False

    monkeypatch.setattr(hold_landing, "hold_merge", deleted)
    with pytest.raises(Refused, match="git deletes what is merged before it can land"):
        await complete_task(context, task_id=task_id, summary="Login")
    assert repository.head == before
    assert (await chamber_of(context, task_id, "auth")).is_live
