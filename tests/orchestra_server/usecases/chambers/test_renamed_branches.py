"""A worker renames its branch or leaves it: its work lands, or the refusal leads back."""

import re
import subprocess

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open, kinds
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


async def a_chamber(context: Context) -> tuple[str, TestRepository, str]:
    """Open a chamber with a commit; return its task, its worktree and its branch."""
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("tokens", {"auth.py": "tokens\n"})
    return task_id, chamber, f"orchestra/{task_id}/auth"


def follow_advice(refusal: Refused) -> str:
    """Run the command that a refusal says, as a shell runs it, and return it."""
    command = str(refusal).rpartition("run: ")[2]
    subprocess.run(command, shell=True, check=True, capture_output=True)  # noqa: S602 - as advised
    return command


def stop_in_the_middle(chamber: TestRepository, operation: str) -> None:
    """Begin something in a chamber that stops at a conflict."""
    with pytest.raises(AssertionError, match=f"git {operation} clash"):
        chamber.git(operation, "clash")


async def completed_after_the_advice(context: Context, task_id: str, *, says: str = "") -> str:
    """Complete, run the command that the refusal says, and complete again."""
    with pytest.raises(Refused, match=says or "run: git ") as refused:
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    command = follow_advice(refused.value)
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    return command


@pytest.mark.parametrize("logs", ["true", "false"])
async def test_work_on_a_renamed_branch_lands_and_the_branch_is_kept(
    context: Context, repository: TestRepository, logs: str
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    chamber.git("config", "core.logAllRefUpdates", logs)
    chamber.git("branch", "-m", "feature/auth")
    chamber.write("open.py", "open\n")
    foretold = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert foretold.merged == ["auth"]
    assert (await chamber_of(context, task_id, "auth")).branch == branch
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (done.merged, done.kept_branches) == (["auth"], ["feature/auth"])
    assert (repository.read("auth.py"), repository.read("open.py")) == ("tokens\n", "open\n")
    assert repository.branches == ["feature/auth", "main"]
    assert "chamber.branch-renamed" in await kinds(context)


async def test_a_branch_that_was_renamed_twice_is_found(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, _ = await a_chamber(context)
    chamber.git("branch", "-m", "feature/auth")
    repository.git("branch", "-m", "feature/auth", "feature/login")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).merged == ["auth"]
    assert repository.read("auth.py") == "tokens\n"


async def test_a_chamber_on_a_renamed_branch_can_be_closed_and_restored(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, _ = await a_chamber(context)
    chamber.git("branch", "-m", "feature/auth")
    chamber.write("open.py", "open\n")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert (closed.branch, closed.branch_kept) == ("feature/auth", True)
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert chamber.git("branch", "--show-current") == "feature/auth"
    assert chamber.read("open.py") == "open\n"
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).merged == ["auth"]
    assert repository.read("open.py") == "open\n"


async def test_reconcile_records_the_new_name_of_a_renamed_branch(context: Context) -> None:
    task_id, chamber, _ = await a_chamber(context)
    chamber.git("branch", "-m", "feature/auth")
    told = await reconcile(context)
    assert [(difference.name, difference.mended) for difference in told.differences] == [
        ("renamed branch", True)
    ]
    assert (await chamber_of(context, task_id, "auth")).branch == "feature/auth"
    assert (await reconcile(context)).differences == []


async def test_a_foreign_branch_is_not_mistaken_for_the_chambers(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    repository.git("branch", "develop")
    repository.git("branch", "release", "develop")
    chamber.git("switch", "--quiet", "develop")
    repository.git("branch", "-D", branch)
    chamber.commit("somebody's", {"other.py": "other\n"})
    repository.git("branch", "--force", "release", "develop")
    await completed_after_the_advice(context, task_id, says="develop.*is gone")


async def test_commits_on_the_workers_own_branch_are_included(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, _ = await a_chamber(context)
    chamber.git("switch", "--quiet", "-c", "own-idea")
    chamber.commit("more", {"more.py": "more\n"})
    await completed_after_the_advice(context, task_id, says="own-idea.*bring its commits along")
    assert repository.read("more.py") == "more\n"


async def test_commits_on_a_detached_head_are_included(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, _ = await a_chamber(context)
    chamber.git("switch", "--quiet", "--detach")
    chamber.commit("more", {"more.py": "more\n"})
    chamber.write("open.py", "open\n")
    await completed_after_the_advice(context, task_id, says="detached HEAD")
    assert (repository.read("more.py"), repository.read("open.py")) == ("more\n", "open\n")


async def test_a_deleted_branch_is_created_again_at_the_detached_head(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    chamber.git("switch", "--quiet", "--detach")
    repository.git("branch", "-D", branch)
    await completed_after_the_advice(context, task_id, says="detached HEAD.*is gone")
    assert repository.read("auth.py") == "tokens\n"


async def test_a_branch_with_foreign_commits_is_refused_and_those_commits_do_not_land(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    repository.git("branch", "release", branch)
    chamber.git("switch", "--quiet", "release")
    chamber.commit("theirs", {"theirs.py": "theirs\n"})
    repository.git("branch", "next", "release")
    chamber.write("README", "changed\n")
    command = await completed_after_the_advice(context, task_id)
    assert re.search(r"switch orchestra/", command)
    assert not (repository.path / "theirs.py").exists()
    assert repository.read("README") == "changed\n"


async def test_uncommitted_work_that_blocks_git_switch_is_included(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    repository.git("branch", "release", branch)
    chamber.git("switch", "--quiet", "release")
    chamber.commit("theirs", {"src/app.py": "zero\none\ntwo\nthree\n"})
    repository.git("branch", "next", "release")
    chamber.write("src/app.py", "zero\none\ntwo\nthree\nfour\n")
    assert "--merge" in await completed_after_the_advice(context, task_id)
    assert repository.read("src/app.py") == "one\ntwo\nthree\nfour\n"


async def test_a_branch_checked_out_in_another_worktree_has_to_be_released_first(
    context: Context, repository: TestRepository
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    chamber.git("switch", "--quiet", "--detach")
    repository.git("worktree", "add", "--quiet", str(repository.path.parent / "other"), branch)
    await completed_after_the_advice(context, task_id, says="is checked out at")
    assert repository.read("auth.py") == "tokens\n"


@pytest.mark.parametrize("operation", ["rebase", "merge", "cherry-pick", "bisect"])
async def test_a_git_operation_in_progress_has_to_be_finished_first(
    context: Context, repository: TestRepository, operation: str
) -> None:
    task_id, chamber, branch = await a_chamber(context)
    repository.git("branch", "clash", "main")
    clash = repository.path.parent / "clash"
    repository.git("worktree", "add", "--quiet", str(clash), "clash")
    repository.at(clash).commit("clash", {"auth.py": "clash\n"})
    if operation == "bisect":
        chamber.git("bisect", "start", "HEAD", "HEAD~")
        chamber.git("switch", "--quiet", "--detach", "--ignore-other-worktrees", branch)
    else:
        if operation != "rebase":
            chamber.git("switch", "--quiet", "--detach")
        stop_in_the_middle(chamber, operation)
    with pytest.raises(Refused, match=f"a {operation} is under way") as refused:
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    follow_advice(refused.value)
    if operation not in {"rebase", "bisect"}:  # these begin on a branch and lead back to it
        await completed_after_the_advice(context, task_id)
    else:
        assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("auth.py") == "tokens\n"
