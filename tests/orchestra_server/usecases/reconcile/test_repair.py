"""One repair at a time, when the world has gone on since the difference was seen."""

import dataclasses
from pathlib import Path

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import Unavailable
from orchestra_core.models import Task
from orchestra_core.names import chamber_id
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks import task_lifecycle
from orchestra_server.files.hook_setup.hook_settings import HOOK_SETTINGS
from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.delivery import deliver
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.reconcile.diagnose import differences
from orchestra_server.usecases.reconcile.difference import Difference, Name
from orchestra_server.usecases.reconcile.observe import look
from orchestra_server.usecases.reconcile.repair import Case, mend
from tests.support.conductor.tasks import (
    chamber_of,
    chambers_open,
    leave_half_made,
    prepared_landing,
)
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


async def cases(context: Context, name: Name) -> list[Case]:
    """Look at the repository, and return a case for each difference of this name."""
    repo = open_repository(context.project.root)
    seen = await look(context, repo)
    named = [difference for difference in differences(seen) if difference.name == name]
    return [Case(context, repo, seen, difference) for difference in named]


async def case_of(context: Context, name: Name) -> Case:
    """Return the case of the only difference of this name."""
    [case] = await cases(context, name)
    return case


async def change(context: Context, wanted: Change) -> None:
    async def decide(_reads: Reads) -> Change:
        return wanted

    await context.store.transact(decide)


async def task_of(context: Context, task_id: str) -> Task:
    return (await context.store.snapshot()).tasks[task_id]


async def holder_of(context: Context, name: str) -> str:
    async def read(reads: Reads) -> str:
        return await reads.claim(name)

    return await context.store.read(read)


async def test_work_in_a_half_made_chamber_is_saved_before_it_is_removed(
    context: Context, repository: TestRepository, task_id: str
) -> None:
    await leave_half_made(context, repository, task_id)
    path = repository.path / ".claude/worktrees/auth"
    half_made = repository.at(path)
    half_made.git("reset", "--quiet", "--hard")
    half_made.write(HOOK_SETTINGS.as_posix(), "{}")
    half_made.write("new.py", "written before its maker was known to be dead\n")

    assert await mend(await case_of(context, "half-made chamber"))

    failed = await chamber_of(context, task_id, "auth")
    assert failed.state == "failed"
    ref = failed.note.rpartition("; what was in it is saved under ")[2]
    assert repository.git("show", f"{ref}:new.py").startswith("written before")
    assert not path.exists()


@pytest.mark.parametrize("lost", [".git", HOOK_SETTINGS.as_posix()])
async def test_nothing_is_saved_of_a_half_made_chamber_in_which_nobody_can_have_worked(
    context: Context, repository: TestRepository, task_id: str, lost: str
) -> None:
    await leave_half_made(context, repository, task_id)
    half_made = repository.at(repository.path / ".claude/worktrees/auth")
    half_made.git("reset", "--quiet", "--hard")
    half_made.write(HOOK_SETTINGS.as_posix(), "{}")
    (half_made.path / lost).unlink()

    assert await mend(await case_of(context, "half-made chamber"))

    assert "saved under" not in (await chamber_of(context, task_id, "auth")).note
    assert repository.git("for-each-ref", "refs/orchestra/saved") == ""


@pytest.mark.parametrize("landed_names", [["auth"], ["auth", "api"]])
async def test_a_task_ends_only_if_each_of_its_chambers_has_landed(
    context: Context, repository: TestRepository, task_id: str, landed_names: list[str]
) -> None:
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    for name, worktree in worktrees.items():
        worktree.commit("work", {f"{name}.py": "x\n"})
    task = await task_of(context, task_id)
    begun, begin = task_lifecycle.completing(task, at=1, actor="a", summary=SUMMARY)
    await change(context, begin)
    chambers = [await chamber_of(context, task_id, name) for name in landed_names]
    repo = open_repository(repository.path)
    ready = prepared_landing(repo, begun, chambers, SUMMARY)
    await change(
        context,
        task_lifecycle.landing(begun, commit=ready.commit, chambers=ready.order, at=2, actor="a")[
            1
        ],
    )
    land(repo, repo.top, "main", ready.old, ready.commit)

    assert await mend(await case_of(context, "unfinished completing"))

    standing = {name for name, worktree in worktrees.items() if worktree.path.exists()}
    assert standing == {"auth", "api"} - {*landed_names}
    assert (await task_of(context, task_id)).state == ("open" if standing else "completed")


async def test_a_claim_whose_holder_came_back_since_the_look_stays(
    context: Context, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth"])
    await close_chamber(context, task_id=task_id, chamber="auth")
    holder = chamber_id(task_id, "auth")
    await change(context, Change(events=(), claims={"auth": holder}))
    stale = await case_of(context, "stale claim")
    await change(context, Change(events=(), releases={"auth": holder}))
    await chambers_open(context, task_id, ["auth"])
    assert not await mend(stale)
    assert await holder_of(context, "auth") == holder


async def test_a_claim_that_is_free_by_now_needs_no_repair(context: Context) -> None:
    await change(context, Change(events=(), claims={"old": "t-1/old"}))
    stale = await case_of(context, "stale claim")
    assert await mend(stale)
    assert not await mend(stale)


async def test_a_lost_claim_is_not_taken_from_who_holds_it_by_now(
    context: Context, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth"])
    holder = chamber_id(task_id, "auth")
    await change(context, Change(events=(), releases={"auth": holder}))
    lost = await case_of(context, "lost claim")
    await change(context, Change(events=(), claims={"auth": "t-2/auth"}))
    assert not await mend(lost)
    assert await holder_of(context, "auth") == "t-2/auth"


async def test_a_lost_claim_is_not_given_to_a_chamber_that_has_ended_since(
    context: Context, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth"])
    await change(context, Change(events=(), releases={"auth": chamber_id(task_id, "auth")}))
    lost = await case_of(context, "lost claim")
    await close_chamber(context, task_id=task_id, chamber="auth")
    assert not await mend(lost)
    assert await holder_of(context, "auth") == ""


async def test_a_lost_claim_that_two_chambers_need_is_given_to_neither(
    context: Context, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth"])
    await change(context, Change(events=(), releases={"auth": chamber_id(task_id, "auth")}))
    lost = await case_of(context, "lost claim")
    both = {"auth": (*lost.seen.lost_claims["auth"], "t-2/auth")}
    contested = dataclasses.replace(lost, seen=dataclasses.replace(lost.seen, lost_claims=both))
    assert not await mend(contested)
    assert await holder_of(context, "auth") == ""


async def test_an_orphan_branch_that_moved_since_the_look_stays(
    context: Context, repository: TestRepository
) -> None:
    repository.git("branch", "orchestra/t-1/merged")
    orphan = await case_of(context, "orphan branch")
    moved = repository.git("commit-tree", "-m", "work", "-p", "HEAD", "HEAD^{tree}")
    repository.git("update-ref", "refs/heads/orchestra/t-1/merged", moved)
    assert not await mend(orphan)
    assert repository.git("rev-parse", "orchestra/t-1/merged") == moved


async def test_mail_that_was_cancelled_since_the_look_is_not_posted_again(
    context: Context, auth: TestRepository, task_id: str
) -> None:
    first, second = [
        await interrupt_worker(context, task_id=task_id, chamber="auth", message=message)
        for message in ("look", "listen")
    ]
    (auth.path / ".INTERRUPT").unlink()
    lost = await case_of(context, "lost mail")
    await cancel_interrupt(context, task_id=task_id, interrupt_id=first.interrupt_id)
    (auth.path / ".INTERRUPT").unlink(missing_ok=True)
    assert await mend(lost)
    posted = auth.read(".INTERRUPT")
    assert (first.interrupt_id in posted, second.interrupt_id in posted) == (False, True)


async def test_mail_that_still_cannot_be_written_is_named_with_its_mailbox(
    context: Context, auth: TestRepository, task_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _mail: object) -> None:
        raise Unavailable("no space left")

    monkeypatch.setattr(deliver, "post", refuse)
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="look")
    with pytest.raises(Unavailable, match=rf"the mailbox in {auth.path} cannot be written"):
        await mend(await case_of(context, "unposted mail"))


async def test_a_repair_of_the_store_concerns_its_own_subject_alone(
    context: Context, task_id: str
) -> None:
    await chambers_open(context, task_id, ["auth", "api"])
    for name in ("auth", "api"):
        key = context.store.keys.documents("chambers")
        await context.store.client.call("HSET", key, chamber_id(task_id, name), "{}")
    unreadable = await cases(context, "unreadable document")
    assert [await mend(case) for case in unreadable] == [False, False]


@pytest.mark.parametrize("name", ["unknown chamber", "linked directory"])
async def test_what_only_people_can_decide_is_left_to_them(context: Context, name: Name) -> None:
    repo = open_repository(context.project.root)
    case = Case(context, repo, await look(context, repo), Difference(name, "x", "", ""))
    assert not await mend(case)
