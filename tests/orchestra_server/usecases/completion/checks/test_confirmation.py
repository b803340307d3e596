"""Landing over people: completing names who is still at work, and takes a yes."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from orchestra_core.clock import now_ms
from orchestra_core.errors import Refused
from orchestra_core.models import Presence
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.completion import begin_completion
from orchestra_server.usecases.completion.complete_task import complete_task
from orchestra_server.usecases.delivery.take_in_spool import take_in_spool
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.workers.share_discovery import share_discovery
from tests.support.conductor.tasks import Clock, a_started_task, chambers_open, kinds
from tests.support.git.git_count import counted_git
from tests.support.git.repositories import TestRepository
from tests.support.hooks.hooked_checkout import Session

SUMMARY = "Add a login"
Arrange = Callable[[Context, str, Clock], Awaitable[None]]


async def at_work(context: Context, task_id: str, clock: Clock) -> None:
    presence = Presence(
        chamber_id=f"{task_id}/auth", state="working", tool="Bash", detail="pytest", since=clock()
    )
    await context.store.report_presence(presence)


async def waiting(context: Context, task_id: str, clock: Clock) -> None:
    presence = Presence(chamber_id=f"{task_id}/auth", state="waiting", since=clock())
    await context.store.report_presence(presence)


async def told_to_stop(context: Context, task_id: str, _clock: Clock) -> None:
    await interrupt_worker(
        context, task_id=task_id, chamber="auth", message="The API is wrong", requires="stop"
    )


async def told_of_a_critical_discovery(context: Context, task_id: str, _clock: Clock) -> None:
    await share_discovery(
        context, task_id=task_id, agent_id="implementation-executor-api",
        discovery="The price is in cents", severity="critical", affects=["auth"],
    )  # fmt: skip


async def read_reports(context: Context, clock: Clock) -> None:
    clock.now = now_ms()  # hooks write with the machine's clock
    await take_in_spool(context.store, context.project.git_dir, clock)


@pytest.mark.parametrize(
    ("arrange", "named"),
    [
        (at_work, r"auth: its worker is still working \(Bash pytest\)"),
        (waiting, r"auth: its worker is still waiting"),
        (told_to_stop, r"auth: its worker has not read a critical message: 'The API is wrong'"),
        (told_of_a_critical_discovery, r"auth: its worker has not read a critical message"),
    ],
)
@pytest.mark.parametrize("partial", [False, True])
async def test_a_task_with_a_running_worker_lands_only_when_confirmed(
    context: Context,
    repository: TestRepository,
    clock: Clock,
    arrange: Arrange,
    named: str,
    *,
    partial: bool,
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth"])
    chambers["auth"].write("auth.py", "half\n")
    await arrange(context, task_id, clock)
    before, history = repository.head, await kinds(context)
    with pytest.raises(Refused, match=f"nothing has landed: {named}.*confirm=true"):
        await complete_task(context, task_id=task_id, summary=SUMMARY, partial=partial)
    assert repository.head == before
    assert chambers["auth"].status == "?? auth.py"
    assert await kinds(context) == history
    told = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert any("auth: " in note for note in told.notes)
    assert "confirm=true" in told.next_step
    done = await complete_task(
        context, task_id=task_id, summary=SUMMARY, partial=partial, confirm=True
    )
    assert done.completed


async def test_a_session_holds_a_landing_once_its_turn_is_reported_or_it_has_called_twice(
    context: Context, clock: Clock
) -> None:
    clock.now = now_ms()
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api", "web"])
    for chamber in chambers.values():
        Session(chamber.path).fire("SessionStart")
        Session(chamber.path).fire("PreToolUse", {"tool_name": "Read"})
    Session(chambers["api"].path).fire("UserPromptSubmit")
    Session(chambers["web"].path).fire("PostToolUse", {"tool_name": "Read"})
    await read_reports(context, clock)
    with pytest.raises(Refused) as refused:
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert re.findall(r"(\w+): its worker is still working", str(refused.value)) == ["api", "web"]
    for name in ("api", "web"):
        Session(chambers[name].path).fire("Stop")
    await read_reports(context, clock)
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed


async def test_saving_without_merging_needs_a_confirmation_too(
    context: Context, clock: Clock
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await at_work(context, task_id, clock)
    with pytest.raises(Refused, match="still working"):
        await complete_task(context, task_id=task_id, summary=SUMMARY, commit_changes=False)


async def test_an_unread_message_that_is_not_critical_needs_no_confirmation(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="Have a look")
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed


@pytest.mark.parametrize("committed", [False, True])
async def test_unintended_new_files_are_named_and_need_a_confirmation(
    context: Context, repository: TestRepository, *, committed: bool
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    files = {f"node_modules/pkg{number}/index.js": "1\n" for number in range(3)}
    files |= {".env": "TOKEN=1\n", "auth.py": "tokens\n"}
    if committed:
        chamber.commit("all of it", files)
    else:
        for name, content in files.items():
            chamber.write(name, content)
    before = repository.head
    told = await complete_task(context, task_id=task_id, summary=SUMMARY, dry_run=True)
    assert "new file that looks unintended: node_modules/ (3 new files)" in told.notes
    assert "new file that looks unintended: .env (looks like a secret)" in told.notes
    with pytest.raises(Refused, match=r"node_modules/ \(3 new files\), \.env \(looks like a sec"):
        await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert repository.head == before
    done = await complete_task(context, task_id=task_id, summary=SUMMARY, confirm=True)
    assert done.completed
    assert repository.read(".env") == "TOKEN=1\n"


async def test_a_clean_chamber_is_read_twice_once_before_its_merge_and_once_before_it_goes(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    for name, chamber in (await chambers_open(context, task_id, ["auth", "api"])).items():
        chamber.commit("work", {f"{name}.py": "work\n"})
    with counted_git(tmp_path / "trace", monkeypatch) as count:
        assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).completed
        chambers, checkout = 2, 1
        assert count.commands.count("status") == 2 * chambers + checkout


async def test_what_is_written_behind_the_confirmation_is_saved(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("work", {"auth.py": "work\n"})
    confirmed = begin_completion.require_confirmed

    async def write_then(*of: Any) -> object:
        recent = await confirmed(*of)
        chamber.write("late.py", "late\n")
        return recent

    monkeypatch.setattr(begin_completion, "require_confirmed", write_then)
    done = await complete_task(context, task_id=task_id, summary=SUMMARY)
    assert done.merged == ["auth"]
    [saved] = done.saved
    assert repository.git("show", f"{saved.ref}:late.py") == "late"


async def test_what_is_committed_behind_the_confirmation_lands(
    context: Context, repository: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = await a_started_task(context)
    chamber = (await chambers_open(context, task_id, ["auth"]))["auth"]
    chamber.commit("work", {"auth.py": "work\n"})
    confirmed = begin_completion.require_confirmed

    async def commit_then(*of: Any) -> object:
        recent = await confirmed(*of)
        chamber.commit("late", {"late.py": "late\n"})
        return recent

    monkeypatch.setattr(begin_completion, "require_confirmed", commit_then)
    assert (await complete_task(context, task_id=task_id, summary=SUMMARY)).saved == []
    assert repository.read("late.py") == "late\n"
