"""The branch was rewritten while a task was open: only what the chambers made lands."""

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


async def a_task_whose_base_was_reset_away(
    context: Context, repository: TestRepository
) -> tuple[str, dict[str, TestRepository]]:
    repository.commit("bad", {"bad.py": "secret\n"})
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    return task_id, chambers


@pytest.mark.parametrize("partial", [False, True])
async def test_commits_removed_from_the_target_branch_do_not_return(
    context: Context, repository: TestRepository, *, partial: bool
) -> None:
    task_id, chambers = await a_task_whose_base_was_reset_away(context, repository)
    chambers["auth"].commit("tokens", {"auth.py": "tokens\n"})
    chambers["api"].write("api.py", "orders\n")
    former = chambers["auth"].head
    told = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert any("auth: the branch was rewritten" in note and "bad" in note for note in told.notes)

    done = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=partial)

    assert done.completed
    assert done.merged == ["auth", "api"]
    assert not (repository.path / "bad.py").exists()
    assert (repository.read("auth.py"), repository.read("api.py")) == ("tokens\n", "orders\n")
    assert "bad" not in repository.git("log", "--format=%s").splitlines()
    assert any("rewritten" in note and "bad" in note for note in done.notes)
    assert repository.git("for-each-ref", "--contains", former, "refs/orchestra/saved")


async def test_a_commit_that_was_pulled_and_rebased_is_in_the_history_once(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("mine", {"mine.py": "mine\n"})
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].write("auth.py", "tokens\n")
    repository.git("checkout", "--quiet", "-b", "upstream", "HEAD~1")
    repository.commit("theirs", {"theirs.py": "theirs\n"})
    repository.git("checkout", "--quiet", "main")
    repository.git("rebase", "--quiet", "upstream")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.completed
    assert repository.git("log", "--format=%s").splitlines().count("mine") == 1


async def test_a_conflict_while_replaying_is_returned_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("mine", {"mine.py": "first\n"})
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].commit("other", {"mine.py": "second\n"})
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    before = repository.head
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert not answer.completed
    assert [(conflict.file, conflict.between) for conflict in answer.conflicts] == [
        ("mine.py", ["base", "auth"])
    ]
    assert repository.head == before
    place = str(chambers["auth"].path)
    assert answer.resolve[0].startswith(f"git -C {place} rebase --onto main ")
    assert answer.resolve[-1] == f"git -C {place} rebase --continue"


async def test_landing_is_refused_when_own_commits_cannot_be_told_from_removed_ones(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].commit("tokens", {"auth.py": "tokens\n"})
    repository.commit("bad", {"bad.py": "secret\n"})
    chambers["auth"].git("merge", "--quiet", "--no-edit", "main")
    repository.git("reset", "--quiet", "--hard", "HEAD~1")
    told = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert any("would bring back" in note for note in told.notes)
    with pytest.raises(Refused, match=r"would bring back '[0-9a-f]+ bad'"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
