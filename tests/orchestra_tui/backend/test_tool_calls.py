"""The operator's actions: which tool each one calls, and how its answer is read."""

from collections.abc import Mapping

import msgspec
import pytest
from msgspec import Raw

from orchestra_core.errors import Refused, Unavailable
from orchestra_tui.backend.tool_calls import ToolCalls
from tests.support.gallery.scene_states import TASK
from tests.support.gallery.scenes import FixedTools
from tests.support.samples.tool_answers import (
    answered_request,
    cancelled_interrupt,
    chamber_size,
    closed_chamber,
    created_chambers,
    parallel_status,
    restored_chamber,
    resumed_worker,
    sent_interrupt,
    started_task,
    worker_start,
    worker_stop,
)


class RawTools(FixedTools):
    """Answers every call with the same JSON."""

    def __init__(self, answer: Mapping[str, object]) -> None:
        super().__init__()
        self._answer = answer

    async def call(self, tool: str, arguments: object) -> Raw:  # noqa: ARG002 - the protocol's
        return Raw(msgspec.json.encode(self._answer))


async def test_each_action_is_one_call_with_a_completely_decoded_answer() -> None:
    sizes = [chamber_size("auth", 4, 120, 8)]
    tools = FixedTools(
        {
            "start_task": started_task("t-1", "simple"),
            "create_chambers_batch": created_chambers("auth"),
            "interrupt_worker": sent_interrupt("i1"),
            "cancel_interrupt": cancelled_interrupt("i1", resumed=True),
            "resume_worker": resumed_worker(told=True),
            "start_worker": worker_start(),
            "stop_worker": worker_stop(),
            "answer_request": answered_request("r-1", "allow"),
            "close_chamber": closed_chamber("auth", "refs/orchestra/saved/t/auth/1"),
            "restore_chamber": restored_chamber("auth", "/shop/auth"),
            "get_parallel_status": parallel_status(sizes),
        }
    )
    actions = ToolCalls(tools)
    assert await actions.start_task("Add a login page") == tools.answers["start_task"]
    assert await actions.create_chambers(TASK, ["auth"]) == tools.answers["create_chambers_batch"]
    sent = await actions.interrupt(TASK, "auth", "Use S256", "stop")
    assert sent == tools.answers["interrupt_worker"]
    assert await actions.cancel(TASK, "i1") == tools.answers["cancel_interrupt"]
    assert await actions.resume(TASK, "auth") == tools.answers["resume_worker"]
    start = actions.start_worker(TASK, "auth", agent="claude", text="Go")
    assert await start == tools.answers["start_worker"]
    assert await actions.stop_worker(TASK, "auth") == tools.answers["stop_worker"]
    answered = await actions.answer("r-1", "allow", "", [])
    assert answered == tools.answers["answer_request"]
    assert await actions.close_chamber(TASK, "auth") == tools.answers["close_chamber"]
    assert await actions.restore_chamber(TASK, "auth") == tools.answers["restore_chamber"]
    assert await actions.sizes(TASK) == sizes
    assert [tool for tool, _ in tools.calls] == list(tools.answers)


async def test_a_field_that_a_newer_server_adds_is_ignored() -> None:
    answer = {**msgspec.to_builtins(started_task("t-1", "simple")), "priority": "high"}
    assert await ToolCalls(RawTools(answer)).start_task("Add a page") == started_task(
        "t-1", "simple"
    )


async def test_the_error_for_an_undecodable_answer_names_the_tool_and_the_field() -> None:
    with pytest.raises(Unavailable, match=r"start_task did its work.*next_step"):
        await ToolCalls(RawTools({"task_id": "t-1"})).start_task("Add a page")


async def test_a_refusal_of_a_tool_is_raised() -> None:
    with pytest.raises(Refused, match="start_task is not played"):
        await ToolCalls(FixedTools({})).start_task("Add a page")
