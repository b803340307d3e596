"""A worker's request, from the hook that its settings start to the decision that it prints."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchestra_core.daemon.answerers import answering
from orchestra_core.models import WorkerRequest
from orchestra_server.files.requests.answer_files import REQUESTS_IN_GIT, waiting_ids
from orchestra_server.files.spool.spool_folder import has_files, spool_folder
from orchestra_server.usecases.chambers.close_chamber import close_chamber
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.requests import answer_request as module
from orchestra_server.usecases.requests.answer_request import answer_request
from tests.support.hooks.hook_requests import (
    COLOURS,
    NPM_TEST,
    QUESTIONS,
    AskingHook,
    ask,
    daemon_of,
    next_request,
    open_requests,
    until_nobody_waits,
)
from tests.support.hooks.hooked_checkout import Session
from tests.support.waiting import until, until_awaited


@asynccontextmanager
async def asked(
    context: Context, session: Session, call: Mapping[str, object] = NPM_TEST
) -> AsyncGenerator[tuple[AskingHook, WorkerRequest]]:
    """Have a hook ask while there is a daemon, and somebody who can answer."""
    with answering(context.project.git_dir):
        async with daemon_of(context):
            hook = ask(session, call)
            yield hook, await next_request(context.store)


async def request_of(context: Context, request_id: str) -> WorkerRequest:
    return (await context.store.snapshot()).requests[request_id]


def hand_out_nothing(_common_dir: Path, _request: WorkerRequest) -> bool:
    """Do as a process that dies once its answer is recorded."""
    return False


async def until_withdrawn(context: Context, request_id: str) -> WorkerRequest:
    async def is_over() -> bool:
        return not (await request_of(context, request_id)).is_open

    await until_awaited(is_over)
    return await request_of(context, request_id)


async def test_with_nobody_to_ask_the_client_asks_by_itself_at_once(
    context: Context, session: Session
) -> None:
    assert await ask(session, NPM_TEST).decision() == {}
    (spooled,) = (
        file for file in spool_folder(context.project.git_dir).iterdir() if file.is_file()
    )
    assert ".PermissionRequest." in spooled.name  # a report, and no request
    assert not (context.project.git_dir / REQUESTS_IN_GIT).exists()


async def test_an_answer_reaches_the_hook_that_waits(context: Context, session: Session) -> None:
    async with asked(context, session) as (hook, request):
        assert (request.tool, request.chamber) == ("Bash", "auth")
        assert hook.is_waiting
        await answer_request(context, request_id=request.id, answer="allow")
        assert await hook.decision() == {"behavior": "allow"}
        await until_nobody_waits(context)


async def test_a_denial_reaches_the_worker_with_its_words_and_their_author(
    context: Context, session: Session
) -> None:
    async with asked(context, session) as (hook, request):
        await answer_request(context, request_id=request.id, answer="deny", words="Use make test.")
        assert await hook.decision() == {
            "behavior": "deny",
            "message": "Denied by operator: Use make test.",
        }


async def test_a_question_gets_the_chosen_answers(context: Context, session: Session) -> None:
    async with asked(context, session, COLOURS) as (hook, request):
        assert request.kind == "question"
        await answer_request(
            context, request_id=request.id, answer="choose", choices=["Green, please"]
        )
        assert await hook.decision() == {
            "behavior": "allow",
            "updatedInput": {**QUESTIONS, "answers": {"Which colour?": "Green, please"}},
        }


async def test_the_like_of_an_allowed_call_is_not_asked_again(
    context: Context, session: Session, task_id: str
) -> None:
    async with asked(context, session) as (hook, request):
        await answer_request(context, request_id=request.id, answer="allow-like")
        assert await hook.decision() == {"behavior": "allow"}
        rules = context.project.git_dir / "orchestra" / "allowed" / f"{task_id}_auth.json"
        await until(rules.exists)
    again = {"tool_name": "Bash", "tool_input": {"command": "npm test -- --quick"}}
    assert await ask(session, again).decision() == {"behavior": "allow"}


async def test_own_work_is_allowed_where_edits_are_and_asks_nobody(
    context: Context, session: Session
) -> None:
    commit = {"tool_name": "Bash", "tool_input": {"command": "git commit -m 'Add it'"}}
    with answering(context.project.git_dir):
        assert await ask(session, commit, "acceptEdits").decision() == {"behavior": "allow"}
    assert not has_files(context.project.git_dir)


async def test_when_the_last_room_leaves_its_hooks_end_and_the_client_asks(
    context: Context, session: Session
) -> None:
    async with daemon_of(context):
        with answering(context.project.git_dir):
            hook = ask(session, NPM_TEST)
            request = await next_request(context.store)
        assert await hook.decision() == {}
        ended = await until_withdrawn(context, request.id)
    assert (ended.state, ended.note) == ("withdrawn", "its client no longer asks")


async def test_an_answer_in_the_terminal_withdraws_the_request_and_ends_its_hook(
    context: Context, session: Session
) -> None:
    async with asked(context, session) as (hook, request):
        session.fire("PostToolUse", {"tool_name": "Read", "tool_input": {}}, "mail")
        session.fire("PostToolUse", NPM_TEST, "mail")
        ended = await until_withdrawn(context, request.id)
        assert await hook.decision() == {}
    assert ended.note == "it was answered in the client's own terminal"


async def test_the_end_of_a_batch_is_reported_while_a_request_waits(
    context: Context, session: Session
) -> None:
    session.fire("PostToolBatch")
    assert not has_files(context.project.git_dir)
    async with asked(context, session) as (hook, request):
        session.fire("PostToolBatch")
        assert (await until_withdrawn(context, request.id)).state == "withdrawn"
        assert await hook.decision() == {}


async def test_a_killed_hook_withdraws_its_request(context: Context, session: Session) -> None:
    async with asked(context, session) as (hook, request):
        hook.kill()
        ended = await until_withdrawn(context, request.id)
        assert ended.note == "its client no longer asks"
        await until_nobody_waits(context)


async def test_closing_the_chamber_ends_the_hook(
    context: Context, session: Session, task_id: str
) -> None:
    async with asked(context, session) as (hook, request):
        await close_chamber(context, task_id=task_id, chamber="auth", confirm=True)
        assert await hook.decision() == {}
        assert (await request_of(context, request.id)).note == "its chamber was closed"


async def test_an_answer_that_was_given_while_no_daemon_ran_is_handed_out_by_the_next(
    context: Context, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(context.project.git_dir):
        async with daemon_of(context):
            hook = ask(session, NPM_TEST)
            request = await next_request(context.store)
        monkeypatch.setattr(module, "post_answer", hand_out_nothing)
        await answer_request(context, request_id=request.id, answer="allow")
        assert hook.is_waiting
        async with daemon_of(context):
            assert await hook.decision() == {"behavior": "allow"}
    assert await open_requests(context.store) == []
    assert waiting_ids(context.project.git_dir) == []
