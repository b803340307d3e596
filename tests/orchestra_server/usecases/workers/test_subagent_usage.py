"""A conductor's subagents are counted in their chambers and days, each once."""

import asyncio
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.clock import local_day
from orchestra_core.models import Presence
from orchestra_core.workers.started_worker import Spent
from orchestra_server.usecases.common.transaction import Context
from orchestra_server.usecases.workers import subagent_usage as module
from orchestra_server.usecases.workers.subagent_usage import SubagentUsage, count_subagent
from tests.support.waiting import until_awaited

USED = Spent(turns=1, tokens_in=2, tokens_out=3)


def ended_subagent(task_id: str, directory: Path) -> Presence:
    """Return the last report of a subagent, with a conversation that has used tokens."""
    file = directory / "agent-a1.jsonl"
    message = {"id": "m1", "usage": {"input_tokens": 2, "output_tokens": 3}}
    file.write_text(json.dumps({"type": "assistant", "message": message}) + "\n")
    return Presence(
        chamber_id=f"{task_id}/auth", state="finished", agent_id="a1", transcript=str(file)
    )


@pytest.mark.usefixtures("auth")
async def test_a_subagent_that_goes_on_is_counted_by_what_is_new(
    context: Context, task_id: str
) -> None:
    presence = Presence(chamber_id=f"{task_id}/auth", agent_id="a1")
    more = replace(USED, tokens_out=10)
    for spent in (USED, USED, more):
        await count_subagent(context, presence, spent)
    await count_subagent(context, replace(presence, agent_id="a2"), USED)
    await count_subagent(context, replace(presence, chamber_id="gone/auth"), USED)
    state = await context.store.snapshot()
    assert state.chambers[f"{task_id}/auth"].subagents_spent == {"a1": more, "a2": USED}
    day = state.days[local_day(context.clock())]
    assert day.spent == Spent(turns=2, tokens_in=4, tokens_out=13)


@pytest.mark.usefixtures("auth")
async def test_the_end_of_a_subagent_has_its_conversation_read(
    context: Context, task_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WRITTEN_SECONDS", 0.0)
    ended = ended_subagent(task_id, tmp_path)
    usage = SubagentUsage(context)
    usage.note(None)
    usage.note(replace(ended, state="working"))  # it has not ended
    usage.note(replace(ended, transcript=str(tmp_path / "gone")))
    usage.note(ended)
    run = asyncio.create_task(usage.run())

    async def is_counted() -> bool:
        chamber = (await context.store.snapshot()).chambers[f"{task_id}/auth"]
        return chamber.subagents_spent == {"a1": USED}

    try:
        await until_awaited(is_counted)
    finally:
        run.cancel()


@pytest.mark.usefixtures("auth")
async def test_subagents_that_end_together_are_waited_for_together(
    context: Context, task_id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_WRITTEN_SECONDS", 0.5)
    ended, usage = ended_subagent(task_id, tmp_path), SubagentUsage(context)
    for number in range(40):  # one after the other they would take 20 s
        usage.note(replace(ended, agent_id=f"a{number}"))
    run = asyncio.create_task(usage.run())

    async def are_counted() -> bool:
        chamber = (await context.store.snapshot()).chambers[f"{task_id}/auth"]
        return len(chamber.subagents_spent) == 40

    try:
        await until_awaited(are_counted)
    finally:
        run.cancel()
