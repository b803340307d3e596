"""create_chambers_batch makes all chambers of a batch or none, and the same ones once."""

import asyncio
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.errors import BadInput, OrchestraError, Refused, Unknown
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.common.hide_orchestra_files import MAIL_SHOWS
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.reconcile.reconcile import reconcile
from tests.support.conductor.tasks import (
    a_started_task,
    chamber_of,
    chambers_open,
    kinds,
    leave_half_made,
    until_told,
)
from tests.support.git.repositories import TestRepository, until_exists
from tests.support.waiting import until

THREE = ["auth", "database", "api"]


async def test_each_chamber_is_a_worktree_with_a_branch_and_a_prompt(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    made = await create_chambers_batch(
        context, task_id=task_id, chamber_names=THREE, briefs={"auth": "Tokens, not sessions"}
    )
    assert [chamber.name for chamber in made.chambers] == THREE
    auth = made.chambers[0]
    path = Path(auth.path)
    assert path == repository.path.resolve() / ".claude" / "worktrees" / "auth"
    assert repository.at(path).git("branch", "--show-current") == auth.branch
    assert auth.agent_id == "implementation-executor-auth"
    for needed in (auth.path, auth.branch, auth.agent_id, "Tokens, not sessions", "database"):
        assert needed in auth.worker_prompt


async def test_all_chambers_of_a_batch_become_live_in_one_change(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, THREE)
    assert await kinds(context) == [
        "task.started",
        *["chamber.reserved"] * 3,
        *["chamber.created"] * 3,
    ]


async def test_our_files_do_not_show_in_git_status(
    context: Context, repository: TestRepository
) -> None:
    chambers = await chambers_open(context, await a_started_task(context), THREE)
    assert repository.status == ""
    assert [chamber.status for chamber in chambers.values()] == ["", "", ""]


async def test_a_chamber_has_its_files_and_is_reachable_at_its_documented_path(
    context: Context, repository: TestRepository
) -> None:
    chambers = await chambers_open(context, await a_started_task(context), ["auth"])
    briefing = json.loads(chambers["auth"].read(".claude/WORKER_CONTEXT.json"))
    assert briefing["chamber"] == "auth"
    assert (repository.path / ".claude/workspaces/auth").resolve() == chambers["auth"].path


async def test_creating_a_live_batch_again_returns_it(context: Context) -> None:
    task_id = await a_started_task(context)
    first = await create_chambers_batch(context, task_id=task_id, chamber_names=THREE)
    before = await kinds(context)
    again = await create_chambers_batch(context, task_id=task_id, chamber_names=THREE)
    assert (first.already_live, again.already_live) == (False, True)
    assert again.chambers == first.chambers
    assert await kinds(context) == before


async def test_creating_a_batch_that_is_live_in_part_names_the_live_chambers(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    with pytest.raises(Refused, match=r"auth is live already.*database, api alone"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=THREE)


async def test_two_concurrent_calls_for_one_batch_create_it_once(context: Context) -> None:
    task_id = await a_started_task(context)
    both = await asyncio.gather(
        *(create_chambers_batch(context, task_id=task_id, chamber_names=["auth"]) for _ in range(2))
    )
    assert sorted(side.already_live for side in both) == [False, True]
    assert (await kinds(context)).count("chamber.created") == 1


async def test_two_concurrent_tasks_cannot_have_chambers_of_one_name(context: Context) -> None:
    tasks = [await a_started_task(context, text) for text in ("Add a login", "Add tea")]
    ended = await asyncio.gather(
        *(
            create_chambers_batch(context, task_id=task_id, chamber_names=["auth", f"own{n}"])
            for n, task_id in enumerate(tasks)
        ),
        return_exceptions=True,
    )
    (refused,) = [chamber for chamber in ended if isinstance(chamber, BaseException)]
    assert isinstance(refused, Refused)
    assert "'auth'" in str(refused)
    state = await context.store.snapshot()
    assert sorted(chamber.state for chamber in state.chambers.values()) == ["live", "live"]


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["../x"],
        ["-rf"],
        ["a/b"],
        ["x" * 300],
        ["auth", "auth"],
        ["Auth"],
        ["a..b"],
        ["a.lock"],
        [""],
        ["a\nb"],
        ["a\u202eb"],
        ["\ud800"],
        [f"c{n}" for n in range(65)],
    ],
    ids=ascii,
)
async def test_an_invalid_name_is_a_one_line_error_and_creates_nothing(
    context: Context, repository: TestRepository, names: list[str]
) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput) as caught:
        await create_chambers_batch(context, task_id=task_id, chamber_names=names)
    assert "\n" not in str(caught.value)
    assert await kinds(context) == ["task.started"]
    assert repository.branches == ["main"]


@pytest.mark.parametrize(
    "task_id", ["", "nope", "a b", "\ud800", "*", "x" * 10_000, "a\nb"], ids=len
)
async def test_the_error_for_an_unknown_task_lists_the_open_ones(
    context: Context, task_id: str
) -> None:
    open_task = await a_started_task(context)
    with pytest.raises(Unknown, match=open_task) as caught:
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert "\n" not in str(caught.value)


async def test_without_an_open_task_the_error_says_how_to_start_one(context: Context) -> None:
    with pytest.raises(Unknown, match="begin with start_task"):
        await create_chambers_batch(context, task_id="nope", chamber_names=["auth"])


async def test_a_brief_for_an_unlisted_chamber_is_an_error(context: Context) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput, match=r"'auht'.*auth"):
        await create_chambers_batch(
            context, task_id=task_id, chamber_names=["auth"], briefs={"auht": "x"}
        )


@pytest.mark.parametrize("base", ["no-such-branch", "--help", "a\0b", "main:README"])
async def test_an_unknown_base_is_a_one_line_error(context: Context, base: str) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(OrchestraError, match="revision"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"], base=base)


async def test_chambers_start_from_the_given_base(
    context: Context, repository: TestRepository
) -> None:
    first = repository.head
    repository.commit("second", {"README": "changed\n"})
    task_id = await a_started_task(context)
    made = await create_chambers_batch(
        context, task_id=task_id, chamber_names=["auth"], base="main~1"
    )
    assert made.chambers[0].base_commit == first


async def test_a_directory_at_a_chambers_path_fails_the_batch_and_stays_unchanged(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    precious = repository.write(".claude/worktrees/database/precious", "mine")
    with pytest.raises(Refused, match="in the way"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=THREE)
    assert precious.read_text() == "mine"
    assert repository.branches == ["main"]
    assert not (repository.path / ".claude/worktrees/auth").exists()
    state = await context.store.snapshot()
    assert {chamber.state for chamber in state.chambers.values()} == {"failed"}
    assert "in the way" in next(iter(state.chambers.values())).note


async def test_a_failed_batch_releases_its_names(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    obstacle = repository.write(".claude/worktrees/database/precious", "mine")
    with pytest.raises(Refused):
        await create_chambers_batch(context, task_id=task_id, chamber_names=THREE)
    obstacle.unlink()
    obstacle.parent.rmdir()
    assert list(await chambers_open(context, task_id, THREE)) == THREE


async def test_an_invalid_skeleton_path_removes_the_worktrees_again(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(BadInput, match="skeleton"):
        await create_chambers_batch(
            context, task_id=task_id, chamber_names=THREE, skeleton=["../../escape"]
        )
    assert repository.branches == ["main"]
    assert not (repository.path / ".claude/worktrees").exists()
    assert len(repository.git("worktree", "list").splitlines()) == 1


async def test_a_skeleton_file_of_the_checkout_is_copied_and_another_is_empty(
    context: Context, repository: TestRepository
) -> None:
    repository.write("src/shared.py", "contract = 1\n")
    task_id = await a_started_task(context)
    made = await create_chambers_batch(
        context,
        task_id=task_id,
        chamber_names=["auth"],
        skeleton=["src/shared.py", "src/auth/token.py", "docs/"],
    )
    chamber = repository.at(Path(made.chambers[0].path))
    assert chamber.read("src/shared.py") == "contract = 1\n"
    assert chamber.read("src/auth/token.py") == ""
    assert (await context.store.snapshot()).chambers[f"{task_id}/auth"].has_skeleton
    assert (chamber.path / "docs").is_dir()


async def test_ignored_files_listed_in_worktreeinclude_are_copied(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("rules", {".gitignore": ".env\nbuild/\n", ".worktreeinclude": ".env\n"})
    repository.write(".env", "KEY=1\n")
    repository.write("build/large", "x")
    chamber = (await chambers_open(context, await a_started_task(context), ["auth"]))["auth"]
    assert chamber.read(".env") == "KEY=1\n"
    assert not (chamber.path / "build").exists()
    assert chamber.status == ""


async def test_a_chamber_half_created_by_a_dead_process_is_created_again(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    await leave_half_made(context, repository, task_id)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert not made.already_live
    chamber = repository.at(Path(made.chambers[0].path))
    assert chamber.read("README") == "hello\n"
    assert (await chamber_of(context, task_id, "auth")).state == "live"


async def test_a_long_request_is_shortened_so_that_all_prompts_fit_one_answer(
    context: Context,
) -> None:
    task_id = await a_started_task(context, "Add a login. " * 1_500)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth", "api"])
    assert all(len(chamber.worker_prompt) < 5_000 for chamber in made.chambers)
    assert "WORKER_CONTEXT.json" in made.chambers[0].worker_prompt


async def test_a_running_hook_is_reported_and_other_chambers_can_be_created_and_closed(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    started, go = tmp_path / "started", tmp_path / "go"
    repository.hook(
        "post-checkout", f"case $PWD in */slow) touch {started}; {until_exists(go)};; esac"
    )
    task_id, other = await a_started_task(context), await a_started_task(context, "Add tea")
    making = asyncio.create_task(
        create_chambers_batch(context, task_id=task_id, chamber_names=["slow"])
    )
    await until(started.exists)
    await chambers_open(context, other, ["tea"])
    assert (await close_chamber(context, task_id=other, chamber="tea")).closed
    assert (await reconcile(context)).differences == []
    await until_told(context, "program.awaited")
    told = [event for event in await context.store.events() if event.kind == "program.awaited"]
    assert told[0].data.action == "the post-checkout hook in chamber 'slow'"
    go.touch()
    assert (await making).chambers[0].name == "slow"


async def test_a_call_that_is_cancelled_ends_the_hook_and_leaves_nothing(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    repository.hook("post-checkout", f"touch {started}; exec sleep 100")
    task_id = await a_started_task(context)
    making = asyncio.create_task(
        create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    )
    await until(started.exists)
    making.cancel()
    await until_told(context, "chamber.failed")
    assert repository.branches == ["main"]
    assert len(repository.git("worktree", "list").splitlines()) == 1
    assert not (repository.path / ".claude/worktrees/auth").exists()
    assert "was cancelled" in (await chamber_of(context, task_id, "auth")).note


async def test_a_hook_that_goes_on_is_answered_and_the_next_call_joins(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    go = tmp_path / "go"
    repository.hook("post-checkout", until_exists(go))
    task_id = await a_started_task(context)
    hasty = replace(context, patience=1.0)
    first = await create_chambers_batch(hasty, task_id=task_id, chamber_names=["auth"])
    assert first.chambers == []
    assert "Call create_chambers_batch again" in first.next_step
    go.touch()
    again = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert [chamber.name for chamber in again.chambers] == ["auth"]


async def test_a_daemon_that_a_hook_leaves_behind_holds_nobody_up(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    repository.hook("post-checkout", f"sleep 100 & echo $! > {pid}")
    made = await create_chambers_batch(
        context, task_id=await a_started_task(context), chamber_names=["auth"]
    )
    os.kill(int(pid.read_text()), signal.SIGKILL)  # it was still there
    assert made.chambers


@pytest.mark.parametrize(("rules", "notes"), [("!.*\n", [MAIL_SHOWS]), ("*.log\n", [])])
async def test_mail_that_would_show_in_status_is_said_in_the_notes(
    context: Context, repository: TestRepository, rules: str, notes: list[str]
) -> None:
    repository.commit("rules", {".gitignore": rules})
    task_id = await a_started_task(context)
    made = await create_chambers_batch(context, task_id=task_id, chamber_names=["auth", "api"])
    assert made.notes == notes


async def test_no_chamber_is_made_through_a_link_out_of_the_repository(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    task_id = await a_started_task(context)
    folder = repository.path / ".claude" / "worktrees"
    folder.parent.mkdir(exist_ok=True)
    (tmp_path / "outside").mkdir()
    folder.symlink_to(tmp_path / "outside")
    with pytest.raises(Refused, match="outside the repository"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])
    assert list((tmp_path / "outside").iterdir()) == []
    assert await kinds(context) == ["task.started"]
