"""complete_task lands everything in one fast-forward, or says what is in the way."""

import asyncio
import os
from pathlib import Path

import pytest

from orchestra_core.change import Change
from orchestra_core.errors import BadInput, Refused
from orchestra_core.store.reads import Reads
from orchestra_server.domain.tasks.task_lifecycle import completing
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.completion.merge_and_land import land_prepared
from orchestra_server.usecases.tasks.start_task import start_task
from tests.support.conductor.tasks import (
    a_started_task,
    chambers_open,
    kinds,
    prepared_landing,
    until_told,
)
from tests.support.git.repositories import TestRepository, small_repository, until_exists
from tests.support.waiting import until

SUMMARY = "Add a login"


async def test_all_work_lands_in_one_step_and_the_chambers_are_removed(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "database", "api"])
    chambers["auth"].commit("tokens", {"auth.py": "tokens\n"})
    chambers["database"].write("schema.sql", "create\n")
    first = repository.head

    done = await complete_task(context, task_id=task_id, commit_changes=True, summary=SUMMARY)

    assert done.completed
    assert done.state == "completed"
    assert done.merged == ["auth", "database", "api"]
    assert done.landed_commit == repository.head
    assert (repository.read("auth.py"), repository.read("schema.sql")) == ("tokens\n", "create\n")
    assert repository.git("reflog", "--format=%H", "main").splitlines() == [repository.head, first]
    assert repository.branches == ["main"]
    assert repository.status == ""
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert not (repository.path / ".claude/worktrees/auth").exists()
    assert f"Orchestra-Task: {task_id}" in repository.git("log", "-1", "--format=%B")


async def test_the_files_of_all_chambers_are_deleted_by_one_process(
    context: Context, repository: TestRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    program = tmp_path / "bin" / "nice"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >>{started}\nexec "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "database", "api"])
    for name, chamber in chambers.items():
        chamber.commit(name, {f"{name}.txt": "work\n"})
    await complete_task(context, task_id=task_id, summary=SUMMARY)
    worktrees = repository.path / ".claude" / "worktrees"
    await until(lambda: started.exists() and not (worktrees / ".orchestra-gone").exists())
    assert len(started.read_text().splitlines()) == 1


async def test_uncommitted_work_is_committed_with_the_task_as_trailer(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    await complete_task(context, task_id=task_id, summary=SUMMARY)
    messages = repository.git("log", "--format=%s|%(trailers:key=Orchestra-Task,valueonly)")
    assert f"auth: {SUMMARY}|{task_id}" in messages


async def test_completing_a_completed_task_returns_how_it_ended(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    first = await complete_task(context, task_id=task_id, summary=SUMMARY)
    before = await kinds(context)
    again = await complete_task(context, task_id=task_id, summary="something else")
    assert again.already_completed
    assert (again.landed_commit, again.merged) == (first.landed_commit, first.merged)
    assert await kinds(context) == before


async def test_two_concurrent_calls_complete_a_task_once(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    both = await asyncio.gather(
        *(complete_task(context, task_id=task_id, summary=SUMMARY) for _ in range(2))
    )
    assert sorted(side.already_completed for side in both) == [False, True]
    assert (await kinds(context)).count("task.completed") == 1


async def test_a_conflict_is_returned_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("mine", {"src/app.py": "one\nTWO of auth\nthree\n"})
    chambers["api"].write("src/app.py", "one\nTWO of api\nthree\n")
    before = repository.head

    answer = await complete_task(context, task_id=task_id, summary=SUMMARY)

    assert not answer.completed
    assert answer.state == "open"
    (conflict,) = answer.conflicts
    assert (conflict.file, conflict.between) == ("src/app.py", ["auth", "api"])
    assert "TWO of auth" in conflict.lines
    assert "git merge" in answer.next_step
    assert (repository.head, repository.status) == (before, "")
    assert all(chamber.path.is_dir() for chamber in chambers.values())
    assert (await kinds(context))[-2:] == ["task.completing", "task.reopened"]


async def test_after_resolving_the_conflict_as_described_the_task_completes(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("mine", {"src/app.py": "auth\n"})
    chambers["api"].commit("mine", {"src/app.py": "api\n"})
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY)
    chamber = chambers[answer.conflicts[0].between[1]]
    other = answer.conflicts[0].between[0]
    chamber.git("merge", "--quiet", "-s", "ours", f"orchestra/{task_id}/{other}")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.completed
    assert repository.read("src/app.py") == "api\n"


async def test_a_persons_uncommitted_work_is_kept_and_work_in_other_files_lands(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    repository.write("README", "half a sentence")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("README") == "half a sentence"
    assert repository.read("auth.py") == "tokens\n"


async def test_a_persons_uncommitted_work_in_the_way_is_named_and_untouched(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("README", "by the worker\n")
    repository.write("README", "half a sentence")
    before = repository.head
    with pytest.raises(Refused, match="README"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (repository.head, repository.read("README")) == (before, "half a sentence")
    assert (await context.store.snapshot()).tasks[task_id].state == "open"
    repository.git("checkout", "--quiet", "README")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("README") == "by the worker\n"


async def test_without_commit_changes_everything_is_saved_and_nothing_lands(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("mine", {"auth.py": "tokens\n"})
    chambers["api"].write("api.py", "open\n")
    before = repository.head
    done = await complete_task(context, task_id=task_id, commit_changes=False, summary=SUMMARY)
    assert (done.state, done.landed_commit, done.merged) == ("closed", "", [])
    assert sorted(save.chamber for save in done.saved) == ["api", "auth"]
    assert (repository.head, repository.branches) == (before, ["main"])


async def test_restoring_a_chamber_reopens_its_task_which_can_be_completed_again(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    await complete_task(context, task_id=task_id, commit_changes=False, summary=SUMMARY)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (await context.store.snapshot()).tasks[task_id].state == "open"
    assert (await start_task(context, description="Add a login")).task_id == task_id
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("auth.py") == "tokens\n"


async def test_a_task_without_chambers_can_be_completed(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    before = repository.head
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (done.completed, done.landed_commit) == (True, "")
    assert repository.head == before


async def test_the_same_request_can_be_started_again_after_completion(context: Context) -> None:
    task_id = await a_started_task(context)
    await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert await a_started_task(context) != task_id


async def test_work_lands_on_the_branch_it_started_from_even_if_that_has_moved(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    repository.commit("meanwhile", {"other.py": "other\n"})
    repository.git("switch", "--quiet", "-c", "elsewhere")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.git("show", "main:auth.py") == "tokens"
    assert repository.git("show", "main:other.py") == "other"
    assert not (repository.path / "auth.py").exists()


async def test_work_on_a_detached_head_lands_there(
    context: Context, repository: TestRepository
) -> None:
    repository.git("checkout", "--quiet", "--detach")
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.landed_commit == repository.head
    assert repository.read("auth.py") == "tokens\n"


async def test_a_refusing_hook_is_quoted_and_the_task_stays_open(
    context: Context, repository: TestRepository
) -> None:
    repository.hook("pre-commit", "echo 'no secrets, please' >&2; exit 1")
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "tokens\n")
    with pytest.raises(Refused, match="no secrets, please"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (await context.store.snapshot()).tasks[task_id].state == "open"
    assert chamber.read("auth.py") == "tokens\n"


async def test_the_error_for_a_worker_on_another_branch_says_how_to_switch_back(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.git("switch", "--quiet", "-c", "own-idea")
    with pytest.raises(Refused, match=r"own-idea.*switch orchestra/"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)


async def test_a_chamber_that_cannot_be_closed_after_its_landing_is_said_to_have_landed(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    landed = chamber.commit("tokens", {"auth.py": "tokens\n"})
    nested = small_repository(tmp_path / "nested").path
    repository.hook("post-merge", f"cp -R {nested} {chamber.path}")
    with pytest.raises(Refused) as told:
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert str(told.value).startswith(
        f"the work of auth is on main by now, as {repository.head[:12]}, but not every chamber is "
        f"closed: {chamber.path}/nested is a git repository of its own"
    )
    assert str(told.value).endswith("; then call again")
    assert repository.git("merge-base", landed, "HEAD") == landed
    assert chamber.path.exists()


async def test_nothing_can_be_added_to_a_task_that_has_ended(context: Context) -> None:
    task_id = await a_started_task(context)
    await complete_task(context, task_id=task_id, summary=SUMMARY)
    with pytest.raises(Refused, match="is completed; start a new one"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])


async def test_an_empty_summary_is_an_error(context: Context) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput, match="summary is empty"):
        await complete_task(context, task_id=task_id, summary=" ")


@pytest.mark.parametrize("closed_before", [0, 1])
async def test_repeating_a_call_finishes_what_a_dead_process_began(
    context: Context, repository: TestRepository, closed_before: int
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for name, chamber in chambers.items():
        chamber.write(f"{name}.py", f"{name}\n")
    await _die_after_landing(context, repository, task_id)
    for name in list(chambers)[:closed_before]:
        await close_chamber(context, task_id=task_id, chamber=name)
    landed = repository.head

    done = await complete_task(context, task_id=task_id, summary=SUMMARY)

    assert done.completed
    assert done.merged == ["auth", "api"]
    assert done.landed_commit == repository.head == landed
    assert repository.branches == ["main"]
    assert not any(chamber.path.exists() for chamber in chambers.values())


async def _die_after_landing(context: Context, repository: TestRepository, task_id: str) -> None:
    """Do what complete_task does up to the moment it has landed the work."""

    async def begin(reads: Reads) -> Change:
        task = await reads.task(task_id)
        assert task is not None
        return completing(task, at=1, actor="conductor", summary=SUMMARY)[1]

    await context.store.transact(begin)
    state = await context.store.snapshot()
    task = state.tasks[task_id]
    repo = open_repository(Path(task.working_directory))
    chambers = list(state.chambers.values())
    ready = await asyncio.to_thread(prepared_landing, repo, task, chambers, SUMMARY)
    await asyncio.to_thread(land_prepared, repo, task, ready)
    assert repository.read("auth.py") == "auth\n"


async def test_while_the_persons_own_hook_runs_in_the_checkout_other_chambers_come_and_go(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    repository.hook("post-merge", f"touch {started}; {until_exists(go)}")
    task_id, other = await a_started_task(context), await a_started_task(context, "Add tea")
    (await chambers_open(context, task_id, ["auth"]))["auth"].write("auth.py", "auth\n")
    landing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    await until(started.exists)
    await chambers_open(context, other, ["tea"])
    assert (await close_chamber(context, task_id=other, chamber="tea")).closed
    go.touch()
    assert (await landing).merged == ["auth"]


async def test_chambers_in_the_making_are_waited_for_and_land(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    repository.hook("post-checkout", f"touch {started}; {until_exists(go)}")
    task_id = await a_started_task(context)
    making = asyncio.create_task(
        create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    )
    await until(started.exists)
    landing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    go.touch()
    assert (await making).chambers
    assert (await landing).merged == ["auth"]


async def test_signing_that_is_cancelled_lands_nothing_and_the_task_is_open(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("auth", {"auth.py": "auth\n"})
    before, started, program = repository.head, tmp_path / "started", tmp_path / "gpg"
    program.write_text(f"#!/bin/sh\ntouch {started}; exec sleep 100\n")
    program.chmod(0o755)
    repository.git("config", "gpg.program", str(program))
    repository.git("config", "commit.gpgSign", "true")
    landing = asyncio.create_task(complete_task(context, task_id=task_id, summary=SUMMARY))
    await until(started.exists)
    landing.cancel()
    await until_told(context, "task.reopened")
    assert repository.head == before
    assert chamber.read("auth.py") == "auth\n"
