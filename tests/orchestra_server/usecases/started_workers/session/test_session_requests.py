"""Requests of a session: an answer as the session takes it, once, and what is withdrawn."""

import pytest
from msgspec.structs import replace

from orchestra_core.models import WorkerRequest
from orchestra_server.agents.agent_driver import Allow, Answer, Choose, Deny
from orchestra_server.agents.reports import Asked
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.started_workers.session.session_requests import (
    SessionRequests,
    answer_of,
)
from tests.support.agents.scripted_session import ScriptedSession
from tests.support.conductor.tasks import chamber_of
from tests.support.git.repositories import TestRepository
from tests.support.samples.documents import a_request, a_started_worker


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (replace(a_request(), answer="allow"), Allow()),
        (replace(a_request(), answer="allow-like"), Allow()),
        (replace(a_request(), answer="deny", answered_by="op"), Deny("Denied by op.")),
        (replace(a_request(), answer="choose", choices=("Blue",)), Choose(("Blue",))),
        (a_request(), None),
    ],
)
def test_an_answer_is_said_as_the_session_takes_it(
    request_: WorkerRequest, answer: Answer | None
) -> None:
    assert answer_of(request_) == answer


async def test_an_answer_is_passed_on_once_and_what_nobody_asks_any_more_is_withdrawn(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    chamber = await chamber_of(context, task_id, "auth")
    requests = SessionRequests(context.store, context.project.git_dir, context.clock)
    session, asked = ScriptedSession(), Asked("a1", "permission", "Bash", {"command": "ls"})
    first = await requests.record(asked, chamber, a_started_worker(), "")
    second = await requests.record(
        Asked("a2", "permission", "Bash", {}), chamber, a_started_worker(), ""
    )
    for _ in range(2):
        await requests.pass_on(session, replace(first, answer="allow"))
    assert session.answers == {"a1": Allow()}
    await requests.withdraw("a2")
    stored = (await context.store.snapshot()).requests
    assert (stored[first.id].state, stored[second.id].state) == ("open", "withdrawn")
