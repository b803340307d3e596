"""What all chambers of a task say at once."""

from msgspec.structs import replace

from orchestra_core.models import Presence
from orchestra_core.names import chamber_id
from orchestra_server.git.repository.repository import open_repository
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.chambers.get_parallel_status import (
    get_parallel_status,
    parallel_status,
)
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.health.record_health import refresh_health
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.requests.record_request import record_request
from orchestra_server.usecases.tasks.get_task_status import get_task_status
from orchestra_server.usecases.workers.record_agent_action import record_agent_action
from tests.support.conductor.tasks import a_started_task, chambers_open
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import NOON, a_question, a_request


async def test_parallel_status_shows_workers_work_and_mail(context: Context) -> None:
    task_id = await a_started_task(context)
    worktrees = await chambers_open(context, task_id, ["auth", "api"])
    worktrees["auth"].commit("mine", {"auth.py": "one\ntwo\n"})
    worktrees["auth"].write("untracked.py", "three\n")
    await context.store.report_presence(
        Presence(chamber_id=chamber_id(task_id, "auth"), state="working", tool="Bash", since=1)
    )
    await record_agent_action(
        context, task_id=task_id, agent_id="executor-auth", action="Wrote it", result="fine"
    )
    await interrupt_worker(context, task_id=task_id, chamber="api", message="look")
    status = await get_parallel_status(context, task_id=task_id)
    auth, api = status.chambers
    assert (auth.worker, auth.tool, auth.last_action) == ("working", "Bash", "Wrote it")
    assert (auth.files_changed, auth.insertions, auth.deletions) == (2, 3, 0)
    assert [interrupt.message for interrupt in api.unread_interrupts] == ["look"]
    assert (status.live, status.unread) == (2, 1)


async def test_parallel_status_says_why_a_size_is_unknown(
    context: Context, repository: TestRepository
) -> None:
    task_id = await a_started_task(context)
    worktree = (await chambers_open(context, task_id, ["auth"]))["auth"]
    worktree.path.rename(repository.path.parent / "gone")
    (chamber,) = (await get_parallel_status(context, task_id=task_id)).chambers
    assert chamber.diff_note


async def test_both_statuses_say_what_is_wrong_with_a_chamber_while_it_is_live(
    context: Context,
) -> None:
    task_id = await a_started_task(context)
    chambers = await chambers_open(context, task_id, ["auth", "api"])
    chambers["auth"].git("switch", "--quiet", "--detach")
    await refresh_health(context, open_repository(context.project.root))
    status = await get_parallel_status(context, task_id=task_id)
    sentences = {row.name: row.health for row in status.chambers}
    assert [sentence.partition(":")[0] for sentence in sentences["auth"]] == ["detached"]
    assert sentences["api"] == []
    assert status.next_step.startswith(
        "Something is wrong with auth: `health` says what, and what to do. Wait for"
    )
    listed = (await get_task_status(context, task_id=task_id)).chambers
    assert {row.name: row.health for row in listed} == sentences
    chambers["auth"].git("switch", "--quiet", f"orchestra/{task_id}/auth")
    await close_chamber(context, task_id=task_id, chamber="auth")
    status = await get_parallel_status(context, task_id=task_id)
    assert [row.health for row in status.chambers] == [[], []]


async def test_work_without_a_green_verdict_is_not_shown_as_ready(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    state = await context.store.snapshot()
    done = Presence(chamber_id="", state="finished", since=NOON + 1_000)
    for chamber in list(state.chambers.values()):
        verdict = "red" if chamber.name == "auth" else "green"
        state.put(replace(chamber, work="committed", verdict=verdict))
        state.presence[chamber.id] = replace(done, chamber_id=chamber.id)
    status = parallel_status(context, state, task_id, {})
    rows = {row.name: (row.group, row.verdict) for row in status.chambers}
    assert rows == {"auth": ("held", "red"), "api": ("ready", "green")}
    assert "Not proven yet by the gates, so not ready: auth (fails its gate). " in status.next_step


async def test_parallel_status_lists_what_workers_wait_for(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth"])
    for request in (a_request(), a_question()):
        await record_request(
            context.store, context.project.git_dir, replace(request, task_id=task_id)
        )
    status = await get_parallel_status(context, task_id=task_id)
    first, second = status.chambers[0].open_requests
    assert (first.request_id, first.asked, first.like) == ("r-1", "npm test", "Bash(npm test:*)")
    assert (second.kind, second.options) == ("question", [["Blue", "Red"]])
    assert status.next_step.startswith(
        "Waiting for the user: auth; ask the user, and call answer_request. "
    )


async def test_parallel_status_says_which_workers_need_somebody_and_why(context: Context) -> None:
    task_id = await a_started_task(context)
    await chambers_open(context, task_id, ["auth", "api"])
    now = context.clock()
    asking = Presence(
        chamber_id=chamber_id(task_id, "auth"),
        state="waiting",
        tool="Bash",
        detail="npm publish",
        asks="permission",
        since=now,
    )
    await context.store.report_presence(asking)
    status = await get_parallel_status(context, task_id=task_id)
    auth, api = status.chambers
    assert (auth.group, auth.reason) == ("needs-you", "permission: Bash npm publish")
    assert (api.group, api.reason) == ("idle", "no worker yet")
    assert status.next_step.startswith(
        "These workers wait for somebody, or are stuck: auth (permission: Bash npm publish). Wait"
    )
