"""Landing only the chambers that the caller names."""

import pytest

from orchestra_core.errors import BadInput
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


async def test_the_named_chamber_lands_and_the_others_stay_as_they_are(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("auth.py", "tokens\n")
    chambers["api"].write("api.py", "orders\n")
    tip = chambers["api"].head

    part = await complete_task(context, task_id=task_id, summary=SUMMARY, only=["auth"])

    assert (part.completed, part.state, part.merged) == (False, "open", ["auth"])
    assert part.still_live == ["api"]
    assert "chamber 'api' was not chosen" in part.notes
    assert part.landed_commit == repository.head
    assert repository.read("auth.py") == "tokens\n"
    assert not (repository.path / "api.py").exists()
    assert (await chamber_of(context, task_id, "auth")).state == "closed"
    assert (chambers["api"].head, chambers["api"].read("api.py")) == (tip, "orders\n")

    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert (done.completed, sorted(done.merged)) == (True, ["api", "auth"])


async def test_naming_every_live_chamber_completes_the_task(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].write("auth.py", "tokens\n")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY, only=["auth"])
    assert done.completed


async def test_a_chamber_that_is_not_chosen_holds_nothing_up(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("mine", {"src/app.py": "auth\n"})
    chambers["api"].commit("mine", {"src/app.py": "api\n"})
    await interrupt_worker(
        context, task_id=task_id, chamber="api", message="Stop here", requires="stop"
    )
    planned = await complete_task(
        context, task_id=task_id, summary=SUMMARY, only=["auth"], dry_run=True
    )
    assert (planned.merged, planned.holds, planned.refusals) == (["auth"], [], [])
    assert (planned.conflicts, planned.still_live) == ([], ["api"])
    part = await complete_task(context, task_id=task_id, summary=SUMMARY, only=["auth"])
    assert part.merged == ["auth"]
    assert repository.read("src/app.py") == "auth\n"


async def test_a_chosen_chamber_that_conflicts_lands_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].commit("mine", {"src/app.py": "auth\n"})
    repository.commit("theirs", {"src/app.py": "theirs\n"})
    before = repository.head
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY, only=["auth"])
    assert (answer.completed, answer.landed_commit, answer.merged) == (False, "", [])
    assert [conflict.file for conflict in answer.conflicts] == ["src/app.py"]
    assert repository.head == before
    assert (await chamber_of(context, task_id, "auth")).state == "live"


async def test_the_dry_run_says_what_only_a_confirmation_overrides(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await interrupt_worker(
        context, task_id=task_id, chamber="auth", message="Stop here", requires="stop"
    )
    planned = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert planned.holds == [
        "auth: its worker has not read a critical message: 'Stop here'",
    ]


async def test_a_name_that_no_live_chamber_has_is_refused_with_those_there_are(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    for dry_run in (True, False):
        with pytest.raises(BadInput, match=r"no live chamber 'nobody' .* are: auth$"):
            await complete_task(
                context, task_id=task_id, summary=SUMMARY, only=["nobody"], dry_run=dry_run
            )
    with pytest.raises(BadInput, match="only needs a landing"):
        await complete_task(
            context, task_id=task_id, summary=SUMMARY, only=["auth"], commit_changes=False
        )


async def test_what_another_worker_is_just_writing_is_left_to_it(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write(".DISCOVERY", "info: tokens last an hour")
    chambers["api"].write(".DISCOVERY", "info: orders are lis")
    await complete_task(context, task_id=task_id, summary=SUMMARY, only=["auth"])
    discoveries = (await context.store.snapshot()).discoveries.values()
    assert [discovery.text for discovery in discoveries] == ["tokens last an hour"]
    assert chambers["api"].read(".DISCOVERY") == "info: orders are lis"
