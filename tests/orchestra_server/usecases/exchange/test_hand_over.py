"""Work is handed over for the attempt that asked for it; each fault is told of its own chamber."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.errors import Refused
from orchestra_core.events import Event, EventData
from orchestra_core.models import Task
from orchestra_core.store.reads import Reads
from orchestra_server.git.remotes.published_refs import chamber_ref
from orchestra_server.git.repository.repository import Repository
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.exchange import hand_over as hand_over_module
from orchestra_server.usecases.exchange.hand_over import hand_over
from tests.support.conductor.tasks import chamber_of, chambers_open, kinds
from tests.support.git.lfs import a_git_lfs_that
from tests.support.git.repositories import TestRepository

OTHER_CLONE = "1" * 16
ATTEMPT = 9


class Remote:
    """The remote of both clones: what was published on it, and what happens meanwhile."""

    def __init__(self) -> None:
        self.commits: dict[str, str] = {}
        self.meanwhile: Callable[[], None] = lambda: None

    def publish(self, _repo: Repository, _remote: str, commits: Mapping[str, str]) -> None:
        self.meanwhile()
        self.commits |= commits


@pytest.fixture
def remote(monkeypatch: pytest.MonkeyPatch) -> Remote:
    remote = Remote()

    def remote_at(_addresses: object, _address: str) -> str:
        return "origin"

    monkeypatch.setattr(hand_over_module, "publish", remote.publish)
    monkeypatch.setattr(hand_over_module, "remote_at", remote_at)
    return remote


async def record(context: Context, task: Task) -> None:
    async def decide(_reads: Reads) -> Change:
        data = EventData(task=task)
        return Change(events=(Event(at=1, kind="task.completing", task_id=task.id, data=data),))

    await context.store.transact(decide)


async def ask_for_work(context: Context, task_id: str, attempt: int = ATTEMPT) -> None:
    """Let another clone complete the task."""
    task = (await context.store.snapshot()).tasks[task_id]
    asking = replace(task, state="completing", ending="merge", summary="Add a login")
    await record(context, replace(asking, completing_clone=OTHER_CLONE, completing_at=attempt))


async def test_a_chamber_whose_lfs_files_no_remote_takes_is_not_handed_over(
    context: Context,
    remote: Remote,
    task_id: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    worktrees["auth"].write("auth.py", "x\n")
    head = worktrees["api"].commit("a big file", {"api.py": "x\n"})
    (context.project.git_dir / "lfs" / "objects").mkdir(parents=True)
    a_git_lfs_that(
        f'case "$*" in *{head}) test "$2" = --dry-run && echo push 1 || exit 2 ;; esac',
        tmp_path,
        monkeypatch,
    )
    await ask_for_work(context, task_id)
    await hand_over(context, task_id)
    api = await chamber_of(context, task_id, "api")
    assert api.handover_fault.startswith("the remote origin did not take the Git LFS files")
    assert list(remote.commits) == [chamber_ref(task_id, "auth")]


async def test_each_chambers_work_is_committed_published_and_handed_over(
    context: Context, remote: Remote, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    worktrees["auth"].write("auth.py", "x\n")
    await ask_for_work(context, task_id)
    await hand_over(context, task_id)
    assert worktrees["auth"].status == ""
    assert remote.commits == {
        chamber_ref(task_id, name): worktree.head for name, worktree in worktrees.items()
    }
    for name, worktree in worktrees.items():
        chamber = await chamber_of(context, task_id, name)
        assert (chamber.handed_over, chamber.published) == (ATTEMPT, worktree.head)


async def test_a_chamber_whose_hook_refuses_the_commit_keeps_no_other_back(
    context: Context, repository: TestRepository, remote: Remote, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    for name, worktree in worktrees.items():
        worktree.write(f"{name}.py", "x\n")
    repository.hook("pre-commit", 'case "$PWD" in *auth) echo no tests >&2; exit 1;; esac')
    await ask_for_work(context, task_id)
    await hand_over(context, task_id)
    auth, api = [await chamber_of(context, task_id, name) for name in worktrees]
    assert "no tests" in auth.handover_fault
    assert (auth.handed_over, auth.published) == (ATTEMPT, "")
    assert (api.handed_over, api.handover_fault) == (ATTEMPT, "")
    assert list(remote.commits) == [chamber_ref(task_id, "api")]


async def test_a_remote_that_refuses_is_the_reason_for_every_chamber(
    context: Context, remote: Remote, task_id: str
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])

    def refuse() -> None:
        raise Refused("the remote\ncannot be written")

    remote.meanwhile = refuse
    await ask_for_work(context, task_id)
    await hand_over(context, task_id)
    for name in worktrees:
        chamber = await chamber_of(context, task_id, name)
        assert "cannot be written" in chamber.handover_fault
        assert "\n" not in chamber.handover_fault
        assert chamber.published == ""


async def test_work_for_an_attempt_that_has_ended_meanwhile_counts_as_published_alone(
    context: Context, remote: Remote, task_id: str
) -> None:
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    await ask_for_work(context, task_id)
    loop = asyncio.get_running_loop()

    def begin_another_attempt() -> None:
        again = ask_for_work(context, task_id, ATTEMPT + 1)
        asyncio.run_coroutine_threadsafe(again, loop).result(10)

    remote.meanwhile = begin_another_attempt
    await hand_over(context, task_id)
    chamber = await chamber_of(context, task_id, "auth")
    assert (chamber.handed_over, chamber.published) == (0, worktree.head)


async def test_nothing_happens_when_nobody_asks_any_more(
    context: Context, remote: Remote, task_id: str
) -> None:
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    worktree.write("auth.py", "x\n")
    before = await kinds(context)
    await hand_over(context, task_id)
    assert (remote.commits, await kinds(context)) == ({}, before)
    assert worktree.status == "?? auth.py"
