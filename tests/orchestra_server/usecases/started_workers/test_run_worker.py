"""A run of a worker: its turns, messages, requests, presence and what it has used."""

import pytest

from orchestra_core.errors import Refused
from orchestra_core.models import Presence
from orchestra_core.workers.started_worker import Spent
from orchestra_server.agents.agent_driver import Abilities, Allow, Deny
from orchestra_server.agents.reports import (
    Asked,
    Said,
    ToolBegan,
    ToolEnded,
    TurnEnded,
    Used,
)
from orchestra_server.files.chamber.mailbox import MAIL
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.interrupts.cancel_interrupt import cancel_interrupt
from orchestra_server.usecases.interrupts.interrupt_worker import interrupt_worker
from orchestra_server.usecases.requests.answer_request import answer_request
from tests.support.agents.scripted_session import ScriptedAgents
from tests.support.agents.supervised import (
    begun_session,
    interrupts,
    until_asked,
    until_worker,
)
from tests.support.git.repositories import TestRepository
from tests.support.waiting import until, until_awaited


async def until_message(context: Context, state: str) -> None:
    async def is_so() -> bool:
        return [interrupt.state for interrupt in await interrupts(context)][-1:] == [state]

    await until_awaited(is_so)


async def presence_of(context: Context, task_id: str) -> Presence:
    presence = await context.store.presence(f"{task_id}/auth")
    assert presence is not None
    return presence


async def test_turns_show_what_the_worker_does_and_add_up_what_it_uses(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        session.say(
            Said("I begin."),
            ToolBegan("t1", "Write", {"file_path": f"{auth.path}/app.py", "content": "x"}),
        )

        async def is_writing() -> bool:
            return (await presence_of(context, task_id)).tool == "Write"

        await until_awaited(is_writing)
        assert (await presence_of(context, task_id)).detail == "app.py"
        session.say(
            ToolEnded("t1", "done", "written"),
            Used(tokens_in=10, tokens_out=5, tokens_cache_read=100, dollars=0.25),
            TurnEnded("done", "All done."),
        )
        worker = await until_worker(context, task_id, "waiting")
        assert worker.last_words == "All done."
        used = Spent(turns=1, tokens_in=10, tokens_out=5, tokens_cached=100, dollars=0.25)
        assert worker.spent == used

        async def is_idle() -> bool:
            return (await presence_of(context, task_id)).state == "idle"

        await until_awaited(is_idle)
    entries = await context.store.transcript(worker.id, 100)
    told = [(entry.kind, entry.tool or entry.outcome) for entry in entries]
    assert told == [
        *(("told", ""), ("said", ""), ("tool", "Write")),
        *(("outcome", "done"), ("turn", "done")),
    ]


async def test_a_message_goes_in_through_the_session_and_is_followed_until_it_was_acted_upon(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        await until_worker(context, task_id, "running")
        session.reads_at_once = False
        sent = await interrupt_worker(
            context, task_id=task_id, chamber="auth", message="Use the session table"
        )
        assert sent.state == "sent"
        await until_message(context, "posted")
        await until(lambda: len(session.heard) == 2)
        how, text = session.heard[-1]
        assert (how, "Message from conductor to the worker in chamber auth" in text) == (
            "prompt",
            True,
        )
        with pytest.raises(Refused, match="is being shown to its worker right now"):
            await cancel_interrupt(context, task_id=task_id, interrupt_id=sent.interrupt_id)
        session.reads_at_once = True
        await interrupt_worker(
            context, task_id=task_id, chamber="auth", message="Stop", requires="stop"
        )
        await until_message(context, "delivered")
        assert [how for how, _ in session.heard] == ["prompt", "prompt", "interrupt"]
        session.say(Said("I stop."))
        await until_message(context, "acted")
    assert not (auth.path / MAIL).exists()


async def test_mail_from_before_the_start_is_taken_out_of_the_mailbox_and_told_once(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    await interrupt_worker(context, task_id=task_id, chamber="auth", message="Early word")
    assert (auth.path / MAIL).exists()
    agents = ScriptedAgents()
    agents.abilities = Abilities(tells_prompts_read=False)
    async with begun_session(context, agents, task_id) as session:
        await until(lambda: len(session.heard) == 2)
        assert "Early word" in session.heard[1][1]
        session.say(ToolBegan("t1", "Bash", {}), ToolEnded("t1", "done"), Said("I see."))
        await until_message(context, "acted")
    assert not (auth.path / MAIL).exists()


async def test_a_permission_is_a_request_and_its_answer_goes_back_once(
    context: Context, task_id: str, auth: TestRepository
) -> None:
    del auth
    agents = ScriptedAgents()
    async with begun_session(context, agents, task_id) as session:
        session.say(Asked("a0", "permission", "Bash", {"command": "git status"}))
        session.say(Asked("a1", "permission", "Bash", {"command": "npm test"}))
        request = await until_asked(context)
        assert session.answers == {"a0": Allow()}  # its own git goes unasked
        assert (request.tool, request.like, request.start > 0) == ("Bash", "Bash(npm test:*)", True)
        assert (await presence_of(context, task_id)).state == "waiting"
        await answer_request(context, request_id=request.id, answer="allow-like")
        await until(lambda: session.answers.get("a1") == Allow())
        session.say(Asked("a2", "permission", "Bash", {"command": "npm test -- -x"}))
        await until(lambda: session.answers.get("a2") == Allow())  # the chamber's rule
        session.say(Asked("a3", "permission", "Bash", {"command": "curl x"}))
        request = await until_asked(context)
        await answer_request(context, request_id=request.id, answer="deny", words="No network")
        await until(lambda: session.answers.get("a3") == Deny("Denied by conductor: No network"))
