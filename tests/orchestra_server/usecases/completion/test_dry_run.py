"""A dry run says what completing would do, and changes nothing."""

import pytest

from orchestra_core.errors import Refused
from orchestra_core.models import Presence
from orchestra_core.replies.completion import CompletedTask
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import Clock, a_started_task, chamber_of, chambers_open, kinds
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


async def try_out(
    context: Context, task_id: str, *, partial: bool = False, commit_changes: bool = True
) -> CompletedTask:
    return await complete_task(
        context,
        task_id=task_id,
        summary=SUMMARY,
        dry_run=True,
        partial=partial,
        commit_changes=commit_changes,
    )


async def everything(
    context: Context, repository: TestRepository, *worktrees: TestRepository
) -> list[object]:
    """Return all that a dry run could change."""
    return [
        await kinds(context),
        repository.git("for-each-ref"),
        repository.git("worktree", "list"),
        *(
            (tree.head, tree.status, tree.git("ls-files", "-s"))
            for tree in (repository, *worktrees)
        ),
    ]


async def test_a_dry_run_foresees_that_git_wants_a_signature_and_says_the_cure(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    worktree.commit("work", {"auth.py": "tokens\n"})
    repository.git("config", "merge.verifySignatures", "true")
    off = f"git -C {repository.path} config merge.verifySignatures false"

    refusals = (await try_out(context, task_id)).notes
    assert any("has no signature" in note and off in note for note in refusals)
    with pytest.raises(Refused) as landing:
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert off in str(landing.value)

    repository.git("config", "merge.verifySignatures", "false")
    assert (await try_out(context, task_id)).notes == []
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed


async def test_a_dry_run_says_what_would_land_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktrees = await chambers_open(context, task_id, ["auth", "api", "idle"])
    worktrees["auth"].write("auth.py", "tokens\n")
    worktrees["auth"].write("src/app.py", "changed\n")
    worktrees["api"].commit("mine", {"api.py": "api\n"})
    repository.hook("pre-commit", "exit 1")
    before = await everything(context, repository, *worktrees.values())

    told = await try_out(context, task_id)

    assert (told.dry_run, told.completed, told.state) == (True, False, "open")
    assert [(commit.chamber, commit.files) for commit in told.commits] == [
        ("auth", ["auth.py", "src/app.py"])
    ]
    assert told.merged == ["auth", "api", "idle"]
    assert (told.conflicts, told.blocked, told.notes) == ([], [], [])
    assert "it would go through" in told.next_step
    assert await everything(context, repository, *worktrees.values()) == before


async def test_a_dry_run_reports_conflicts_of_uncommitted_work_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    worktrees["auth"].write("src/app.py", "auth\n")
    worktrees["api"].write("src/app.py", "api\n")
    before = await everything(context, repository, *worktrees.values())
    told = await try_out(context, task_id)
    assert [(conflict.file, conflict.between) for conflict in told.conflicts] == [
        ("src/app.py", ["auth", "api"])
    ]
    assert told.still_live == ["auth", "api"]
    in_part = await try_out(context, task_id, partial=True)
    assert (in_part.merged, in_part.still_live) == (["auth"], ["api"])
    assert await everything(context, repository, *worktrees.values()) == before


async def test_a_dry_run_names_the_persons_files_in_the_way(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    worktree.write("README", "by the worker\n")
    repository.write("README", "half a sentence")
    told = await try_out(context, task_id)
    assert told.blocked == ["README"]
    assert "would be refused" in told.next_step
    assert repository.read("README") == "half a sentence"


async def test_a_dry_run_says_why_the_call_would_be_refused(context: Context) -> None:
    task_id = await a_started_task(context)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    worktree.git("switch", "--quiet", "-c", "own-idea")
    told = await try_out(context, task_id)
    assert any("own-idea" in note for note in told.notes)
    assert "would be refused" in told.next_step


async def test_a_dry_run_names_running_workers(context: Context, clock: Clock) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    worktree = await chamber_of(context, task_id, "auth")
    await context.store.report_presence(
        Presence(
            chamber_id=worktree.id, state="working", tool="Bash", detail="pytest", since=clock()
        )
    )
    told = await try_out(context, task_id)
    assert told.notes == ["auth: its worker is still working (Bash pytest)"]


async def test_a_dry_run_without_merging_says_what_would_be_saved(context: Context) -> None:
    task_id = await a_started_task(context)
    worktrees = await chambers_open(context, task_id, ["auth", "idle"])
    worktrees["auth"].write("auth.py", "tokens\n")
    told = await try_out(context, task_id, commit_changes=False)
    assert told.notes == ["auth: its work would be saved, not merged"]
    assert worktrees["auth"].status == "?? auth.py"


async def test_plan_and_landing_say_that_the_branch_lacks_commits_of_its_upstream(
    context: Context, repository: TestRepository
) -> None:
    repository.git("branch", "theirs")
    repository.git("branch", "--set-upstream-to", "theirs")
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].write("auth.py", "1\n")
    repository.git("worktree", "add", "--quiet", "../theirs", "theirs")
    TestRepository(repository.path.parent / "theirs").commit("newer")
    said = "main is 1 commit behind theirs, as last fetched: the user pulls before they push"
    assert said in (await try_out(context, task_id)).notes
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.completed
    assert said in done.notes
