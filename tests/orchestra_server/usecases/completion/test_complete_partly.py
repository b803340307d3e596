"""complete_task on trial, and in part: what would happen, and as much as can."""

import subprocess
from collections.abc import Sequence

import pytest

from orchestra_core.models import Presence
from orchestra_core.replies.completion import CompletedTask
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion.complete_task import complete_task
from tests.support.conducting import Clock, a_started_task, chamber_of, chambers_open, kinds
from tests.support.repositories import TestRepository

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
    context: Context, repository: TestRepository, *rooms: TestRepository
) -> list[object]:
    """Return all that a dry run could change."""
    return [
        await kinds(context),
        repository.git("for-each-ref"),
        repository.git("worktree", "list"),
        *((one.head, one.status, one.git("ls-files", "-s")) for one in (repository, *rooms)),
    ]


def follow(commands: Sequence[str], room: TestRepository) -> None:
    """Do as a worker told to: run the commands, and where they say so edit the file."""
    for command in commands:
        if command.startswith("#"):
            room.write("src/app.py", "both\n")
        subprocess.run(["sh", "-c", command], check=False, capture_output=True)


async def test_a_dry_run_says_what_would_land_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "api", "idle"])
    rooms["auth"].write("auth.py", "tokens\n")
    rooms["auth"].write("src/app.py", "changed\n")
    rooms["api"].commit("mine", {"api.py": "api\n"})
    repository.hook("pre-commit", "exit 1")
    before = await everything(context, repository, *rooms.values())

    told = await try_out(context, task_id)

    assert (told.dry_run, told.completed, told.state) == (True, False, "open")
    assert [(one.chamber, one.files) for one in told.commits] == [
        ("auth", ["auth.py", "src/app.py"])
    ]
    assert told.merged == ["auth", "api", "idle"]
    assert (told.conflicts, told.blocked, told.notes) == ([], [], [])
    assert "it would go through" in told.next_step
    assert await everything(context, repository, *rooms.values()) == before


async def test_a_dry_run_shows_uncommitted_conflicts_and_changes_nothing(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "api"])
    rooms["auth"].write("src/app.py", "auth\n")
    rooms["api"].write("src/app.py", "api\n")
    before = await everything(context, repository, *rooms.values())
    told = await try_out(context, task_id)
    assert [(one.file, one.between) for one in told.conflicts] == [("src/app.py", ["auth", "api"])]
    assert told.still_live == ["auth", "api"]
    in_part = await try_out(context, task_id, partial=True)
    assert (in_part.merged, in_part.still_live) == (["auth"], ["api"])
    assert await everything(context, repository, *rooms.values()) == before


async def test_a_dry_run_names_the_persons_files_in_the_way(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    room = (await chambers_open(context, task_id, ["auth"]))["auth"]
    room.write("README", "by the worker\n")
    repository.write("README", "half a sentence")
    told = await try_out(context, task_id)
    assert told.blocked == ["README"]
    assert "would be refused" in told.next_step
    assert repository.read("README") == "half a sentence"


async def test_a_dry_run_says_why_it_would_be_refused(context: Context) -> None:
    task_id = await a_started_task(context)
    room = (await chambers_open(context, task_id, ["auth"]))["auth"]
    room.git("switch", "--quiet", "-c", "own-idea")
    told = await try_out(context, task_id)
    assert any("own-idea" in note for note in told.notes)
    assert "would be refused" in told.next_step


async def test_a_dry_run_tells_of_workers_that_still_run(context: Context, clock: Clock) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    room = await chamber_of(context, task_id, "auth")
    await context.store.report_presence(
        Presence(chamber_id=room.id, state="working", tool="Bash", detail="pytest", since=clock())
    )
    told = await try_out(context, task_id)
    assert told.notes == ["auth: its worker is still working (Bash pytest)"]


async def test_a_dry_run_without_merging_says_what_would_be_saved(context: Context) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "idle"])
    rooms["auth"].write("auth.py", "tokens\n")
    told = await try_out(context, task_id, commit_changes=False)
    assert told.notes == ["auth: its work would be saved, not merged"]
    assert rooms["auth"].status == "?? auth.py"


async def test_as_many_chambers_land_as_can_and_the_others_stay_with_their_conflicts(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["rude", "auth", "api"])
    rooms["rude"].write("src/app.py", "mine\n")
    rooms["rude"].write("README", "mine\n")
    rooms["auth"].commit("mine", {"src/app.py": "auth\n"})
    rooms["api"].write("README", "api\n")
    first = repository.head

    part = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)

    assert (part.completed, part.state) == (False, "open")
    assert (part.merged, part.still_live) == (["auth", "api"], ["rude"])
    assert {one.file for one in part.conflicts} == {"src/app.py", "README"}
    assert part.landed_commit == repository.head
    assert (repository.read("src/app.py"), repository.read("README")) == ("auth\n", "api\n")
    assert repository.git("reflog", "--format=%H", "main").splitlines() == [repository.head, first]
    assert (await chamber_of(context, task_id, "rude")).state == "live"
    assert (await chamber_of(context, task_id, "auth")).state == "closed"
    assert rooms["rude"].read("README") == "mine\n"
    assert repository.status == ""


async def test_resolved_by_the_commands_that_are_given_the_rest_lands_too(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "api"])
    rooms["auth"].write("src/app.py", "auth\n")
    rooms["api"].write("src/app.py", "api\n")
    part = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert part.merged == ["auth"]
    (conflict,) = part.conflicts
    assert conflict.between == ["auth", "api"]
    assert part.resolve[0].endswith(" merge main")  # auth's branch is gone by then

    follow(part.resolve, rooms["api"])
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)

    assert done.completed
    assert done.merged == ["auth", "api"]
    assert repository.read("src/app.py") == "both\n"


async def test_the_commands_for_two_live_chambers_resolve_their_conflict(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "api"])
    rooms["auth"].write("src/app.py", "auth\n")
    rooms["api"].write("src/app.py", "api\n")
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY)
    follow(answer.resolve, rooms["api"])
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
    assert repository.read("src/app.py") == "both\n"


async def test_in_part_all_of_it_lands_where_nothing_conflicts(context: Context) -> None:
    task_id = await a_started_task(context)
    rooms = await chambers_open(context, task_id, ["auth", "api"])
    for name, room in rooms.items():
        room.write(f"{name}.py", "x\n")
    done = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert (done.completed, done.merged) == (True, ["auth", "api"])


async def test_in_part_nothing_lands_where_no_chamber_fits(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    room = (await chambers_open(context, task_id, ["auth"]))["auth"]
    room.write("README", "by the worker\n")
    before = repository.commit("meanwhile", {"README": "meanwhile\n"})
    answer = await complete_task(context, task_id=task_id, summary=SUMMARY, partial=True)
    assert (answer.completed, answer.merged, answer.landed_commit) == (False, [], "")
    assert [one.between for one in answer.conflicts] == [["base", "auth"]]
    assert repository.head == before


@pytest.mark.parametrize("partial", [False, True])
async def test_the_history_says_what_is_about_to_land(context: Context, *, partial: bool) -> None:
    task_id = await a_started_task(context)
    room = (await chambers_open(context, task_id, ["auth"]))["auth"]
    room.write("auth.py", "x\n")
    await complete_task(context, task_id=task_id, summary=SUMMARY, partial=partial)
    told = [event for event in await context.store.events() if event.kind == "task.landing"]
    assert [event.data.task.landing for event in told if event.data.task] == [("auth",)]
