"""Completing in part: as many chambers land as can."""

import subprocess
from collections.abc import Sequence

import pytest

from orchestra_core.errors import Refused
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conductor.tasks import a_started_task, chamber_of, chambers_open
from tests.support.git.repositories import TestRepository

SUMMARY = "Add a login"


def follow(commands: Sequence[str], chamber: TestRepository) -> None:
    """Do as a worker told to: run the commands, and where they say so edit the file."""
    for command in commands:
        if command.startswith("#"):
            chamber.write("src/app.py", "both\n")
        subprocess.run(["sh", "-c", command], check=False, capture_output=True)


async def test_the_largest_set_of_chambers_that_merges_lands_and_the_rest_keeps_its_conflicts(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["rude", "auth", "api"])
    chambers["rude"].write("src/app.py", "mine\n")
    chambers["rude"].write("README", "mine\n")
    chambers["auth"].commit("mine", {"src/app.py": "auth\n"})
    chambers["api"].write("README", "api\n")
    first = repository.head

    part = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)

    assert (part.completed, part.state) == (False, "open")
    assert (part.merged, part.still_live) == (["auth", "api"], ["rude"])
    assert {conflict.file for conflict in part.conflicts} == {"src/app.py", "README"}
    assert part.landed_commit == repository.head
    assert (repository.read("src/app.py"), repository.read("README")) == ("auth\n", "api\n")
    assert repository.git("reflog", "--format=%H", "main").splitlines() == [repository.head, first]
    assert (await chamber_of(context, task_id, "rude")).state == "live"
    assert (await chamber_of(context, task_id, "auth")).state == "closed"
    assert chambers["rude"].read("README") == "mine\n"
    assert repository.status == ""


async def test_after_running_the_given_commands_the_rest_lands_too(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("src/app.py", "auth\n")
    chambers["api"].write("src/app.py", "api\n")
    part = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert part.merged == ["auth"]
    (conflict,) = part.conflicts
    assert conflict.between == ["auth", "api"]
    assert part.resolve[0].endswith(" merge main")  # auth's branch is gone by then

    follow(part.resolve, chambers["api"])
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)

    assert done.completed
    assert done.merged == ["auth", "api"]
    assert repository.read("src/app.py") == "both\n"


async def test_the_commands_for_two_live_chambers_resolve_their_conflict(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("src/app.py", "auth\n")
    chambers["api"].write("src/app.py", "api\n")
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY)
    follow(answer.resolve, chambers["api"])
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("src/app.py") == "both\n"


async def test_a_partial_completion_without_conflicts_lands_everything(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    for name, chamber in chambers.items():
        chamber.write(f"{name}.py", "x\n")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert (done.completed, done.merged) == (True, ["auth", "api"])


async def test_a_partial_completion_lands_nothing_when_every_chamber_conflicts(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("README", "by the worker\n")
    before = repository.commit("meanwhile", {"README": "meanwhile\n"})
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert (answer.completed, answer.merged, answer.landed_commit) == (False, [], "")
    assert [conflict.between for conflict in answer.conflicts] == [["base", "auth"]]
    assert repository.head == before


@pytest.mark.parametrize("partial", [False, True])
async def test_the_history_records_what_is_about_to_land(
    context: Context, *, partial: bool
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("auth.py", "x\n")
    await complete_task(context, task_id=task_id, summary=SUMMARY, partial=partial)
    told = [event for event in await context.store.events() if event.kind == "task.landing"]
    assert [event.data.task.landing for event in told if event.data.task] == [("auth",)]


async def test_a_chamber_without_a_common_commit_stays_behind_with_the_command_that_helps(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    auth, first = chambers["auth"], repository.head
    branch = auth.git("symbolic-ref", "--short", "HEAD")
    auth.git("switch", "--quiet", "--orphan", "anew")
    auth.commit("begun anew", {"auth.py": "auth\n"})
    auth.git("branch", "--quiet", "-f", branch)
    auth.git("switch", "--quiet", branch)
    chambers["api"].write("api.py", "api\n")
    helps = "run in the chamber: git rebase --root --onto main"

    with pytest.raises(Refused, match=rf"nothing has landed: chamber 'auth' .*{helps}"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert repository.head == first
    part = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)

    assert (part.merged, part.still_live) == (["api"], ["auth"])
    [note] = part.notes
    assert note.startswith("chamber 'auth' shares no commit with main")
    assert note.endswith(helps)
    auth.git("rebase", "--quiet", "--root", "--onto", "main")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert (repository.read("auth.py"), repository.read("api.py")) == ("auth\n", "api\n")
    assert (repository.read("README"), repository.status) == ("hello\n", "")
