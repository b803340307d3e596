"""close_chamber destroys nothing, and restore_chamber brings back what was there."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from orchestra_core.errors import BadInput, Refused, Unknown
from orchestra_core.models import Presence
from orchestra_core.workers.presence import PresenceState
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.create_chambers import create_chambers_batch
from orchestra_server.usecases.chambers.restore_chamber import restore_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from tests.support.conductor.tasks import (
    Clock,
    a_started_task,
    chamber_of,
    chambers_open,
    kinds,
    until_told,
)
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON
from tests.support.waiting import until


async def test_closing_an_unused_chamber_leaves_no_branch_and_no_save(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert (closed.saved_ref, closed.branch_kept, closed.already_closed) == ("", False, False)
    assert not chamber.path.exists()
    assert not (repository.path / ".claude/workspaces/auth").is_symlink()
    assert repository.branches == ["main"]


async def test_every_kind_of_work_is_saved_and_restored_unchanged(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    committed = chamber.commit("mine", {"src/login.py": "done\n"})
    chamber.write("src/app.py", "changed\n")
    chamber.write("notes/new.txt", "untracked\n")
    before = chamber.status

    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert not chamber.path.exists()
    assert closed.saved_ref.startswith("refs/orchestra/saved/")
    assert repository.branches == ["main"]

    restored = await restore_chamber(context, task_id=task_id, chamber="auth")
    assert restored.restored
    assert (chamber.head, chamber.status) == (committed, before)
    assert chamber.read("notes/new.txt") == "untracked\n"
    assert chamber.git("branch", "--show-current") == restored.branch
    assert (chamber.path / ".claude/WORKER_CONTEXT.json").is_file()
    assert repository.status == ""


async def test_commits_are_saved_although_an_empty_one_among_them_has_its_like_on_the_branch(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    auth = (await chambers_open(context, task_id, ["auth"]))["auth"]
    work = auth.commit("only here", {"auth.py": "tokens\n"})
    for made in (auth, repository):
        made.git("commit", "--quiet", "--allow-empty", "--message", "run the checks")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert repository.git("for-each-ref", "--format=%(refname)", "--contains", work) == (
        closed.saved_ref
    )


async def test_closing_a_closed_chamber_returns_how_it_ended(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x")
    first = await close_chamber(context, task_id=task_id, chamber="auth")
    before = await kinds(context)
    again = await close_chamber(context, task_id=task_id, chamber="auth")
    assert again.already_closed
    assert again.saved_ref == first.saved_ref
    assert await kinds(context) == before


async def test_restoring_a_live_chamber_returns_it(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x")
    await close_chamber(context, task_id=task_id, chamber="auth")
    first = await restore_chamber(context, task_id=task_id, chamber="auth")
    chamber.write("newer", "y")
    again = await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (again.restored, again.path) == (True, first.path)
    assert chamber.read("newer") == "y"


async def test_restore_without_a_name_lists_the_saves_and_changes_nothing(context: Context) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].write("new", "x")
    for name in chambers:
        await close_chamber(context, task_id=task_id, chamber=name)
    before = await kinds(context)
    listed = await restore_chamber(context, task_id=task_id)
    assert [save.chamber for save in listed.saved] == ["auth"]
    assert not listed.restored
    assert await kinds(context) == before


async def test_the_name_of_a_closed_chamber_is_free_for_another_task(context: Context) -> None:
    first, second = [await a_started_task(context, text) for text in ("Add a login", "Add tea")]
    await chambers_open(context, first, ["auth"])
    await close_chamber(context, task_id=first, chamber="auth")
    assert list(await chambers_open(context, second, ["auth"])) == ["auth"]


async def test_a_chamber_whose_name_was_taken_meanwhile_is_not_restored(context: Context) -> None:
    first, second = [await a_started_task(context, text) for text in ("Add a login", "Add tea")]
    chamber = (await chambers_open(context, first, ["auth"]))["auth"]
    chamber.write("new", "x")
    await close_chamber(context, task_id=first, chamber="auth")
    await chambers_open(context, second, ["auth"])
    with pytest.raises(Refused, match="held by"):
        await restore_chamber(context, task_id=first, chamber="auth")


async def test_a_chamber_with_saved_work_is_not_created_again(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x")
    await close_chamber(context, task_id=task_id, chamber="auth")
    with pytest.raises(Refused, match="restore_chamber"):
        await create_chambers_batch(context, task_id=task_id, chamber_names=["auth"])


async def test_closing_is_refused_where_work_cannot_be_saved_and_the_chamber_stays_live(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    (chamber.path / "inner").mkdir()
    inner = chamber.at(chamber.path / "inner")
    inner.git("init", "--quiet")
    inner.commit("inside", {"x": "x"})
    with pytest.raises(Refused, match="repository of its own"):
        await close_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber_of(context, task_id, "auth")).state == "live"
    assert inner.read("x") == "x"


async def test_a_chamber_whose_directory_was_deleted_closes_and_its_commits_are_restored(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    head = chamber.commit("mine", {"src/login.py": "done\n"})
    chamber.write("staged", "staged\n")
    chamber.git("add", "staged")
    chamber.path.rename(repository.path.parent / "gone")
    closed = await close_chamber(context, task_id=task_id, chamber="auth")
    assert not closed.branch_kept
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (chamber.head, chamber.status, chamber.read("staged")) == (head, "A  staged", "staged\n")


async def test_ignored_files_are_saved_if_the_repository_asks_for_it(
    context: Context, repository: TestRepository
) -> None:
    repository.commit("ignore", {".gitignore": ".env\n"})
    repository.git("config", "orchestra.saveIgnored", "true")
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "idle"])
    chambers["auth"].write(".env", "SECRET=1\n")
    saved = await close_chamber(context, task_id=task_id, chamber="auth")
    idle = await close_chamber(context, task_id=task_id, chamber="idle")
    assert idle.saved_ref == ""
    assert (await chamber_of(context, task_id, "auth")).note == (
        f"its work is merged; its ignored files are saved under {saved.saved_ref}"
    )
    await restore_chamber(context, task_id=task_id, chamber="auth")
    assert (chambers["auth"].read(".env"), chambers["auth"].status) == ("SECRET=1\n", "")


async def test_a_running_worker_is_named_and_closing_needs_a_confirmation(
    context: Context, clock: Clock
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new", "x")
    presence = Presence(chamber_id=f"{task_id}/auth", state="working", tool="Bash", since=clock())
    await context.store.report_presence(presence)
    with pytest.raises(Refused, match=r"still working \(Bash\).*confirm=true"):
        await close_chamber(context, task_id=task_id, chamber="auth")
    assert (await chamber_of(context, task_id, "auth")).state == "live"
    assert (await close_chamber(context, task_id=task_id, chamber="auth", confirm=True)).saved_ref


@pytest.mark.parametrize("ended", ["idle", "finished", "failed", "killed long ago"])
async def test_a_worker_that_has_ended_does_not_delay_closing(
    context: Context, clock: Clock, ended: str
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    state: PresenceState = "working"
    for presence_state in get_args(PresenceState):
        state = presence_state if presence_state == ended else state
    presence = Presence(chamber_id=f"{task_id}/auth", state=state, since=clock())
    await context.store.report_presence(presence)
    if ended == "killed long ago":
        clock.now += 3_600_000
    await close_chamber(context, task_id=task_id, chamber="auth")


async def test_receipts_in_a_chamber_are_collected_before_it_is_removed(context: Context) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="look")
    receipt = f'{{"interrupt_id": "{sent.interrupt_id}", "state": "delivered", "at": {NOON}}}'
    chamber.write(".claude/hooks/receipts/one.json", receipt)
    await close_chamber(context, task_id=task_id, chamber="auth")
    state = await context.store.snapshot()
    assert state.interrupts[sent.interrupt_id].state == "delivered"


async def test_unread_mail_expires_when_its_chamber_closes(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    sent = await interrupt_worker(context, task_id=task_id, chamber="auth", message="look")
    await close_chamber(context, task_id=task_id, chamber="auth")
    state = await context.store.snapshot()
    assert state.interrupts[sent.interrupt_id].state == "expired"


@pytest.mark.parametrize(
    ("chamber", "error"), [("nope", Unknown), ("../x", BadInput), ("", BadInput)]
)
async def test_an_unknown_chamber_is_a_one_line_error(
    context: Context, chamber: str, error: type[Exception]
) -> None:
    task_id = await a_started_task(context)
    with pytest.raises(error) as caught:
        await close_chamber(context, task_id=task_id, chamber=chamber)
    assert "\n" not in str(caught.value)


async def test_restoring_a_chamber_that_had_no_work_is_refused(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await close_chamber(context, task_id=task_id, chamber="auth")
    with pytest.raises(Unknown, match="nothing is saved of chamber 'auth'"):
        await restore_chamber(context, task_id=task_id, chamber="auth")


async def test_a_filter_that_never_ends_is_cancelled_and_the_chamber_lives_on(
    context: Context, repository: TestRepository, tmp_path: Path
) -> None:
    started = tmp_path / "started"
    repository.commit("rules", {".gitattributes": "*.slow filter=slow\n"})
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.write("new.slow", "new\n")
    repository.git("config", "filter.slow.clean", f"sh -c 'touch {started}; exec sleep 100'")
    closing = asyncio.create_task(close_chamber(context, task_id=task_id, chamber="auth"))
    await until(started.exists)
    closing.cancel()
    await until_told(context, "chamber.restored")
    assert (await chamber_of(context, task_id, "auth")).is_live
    assert chamber.read("new.slow") == "new\n"
    repository.git("config", "filter.slow.clean", "cat")
    assert (await close_chamber(context, task_id=task_id, chamber="auth")).saved_ref
