"""The dialog that opens chambers."""

import asyncio
from collections.abc import Mapping

import pytest
from msgspec import Raw

from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK
from tests.support.gallery.scenes import FixedTools, settle
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.tool_answers import (
    created_chambers,
    worker_start,
)
from tests.support.waiting import until


async def test_c_creates_chambers_for_the_selected_task() -> None:
    tools = FixedTools({"create_chambers_batch": created_chambers("a", "b")})
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("a, b")
        await room.press("enter")
        assert calls_of(tools, "create_chambers_batch") == [
            {"task_id": TASK, "chamber_names": ["a", "b"]}
        ]
        assert room.said == ["a, b: open"]


@pytest.mark.parametrize(
    ("typed", "problem"),
    [("../x", "chamber name '../x' is not allowed"), ("a:nobody", "there is no agent 'nobody'")],
)
async def test_a_bad_name_or_an_unknown_agent_is_refused_before_anything_is_created(
    typed: str, problem: str
) -> None:
    async with room_of(stories.first_task()) as room:
        await room.press("c")
        await room.type(typed)
        await room.press("enter")
        assert problem in room.text
        assert calls_of(room.tools, "create_chambers_batch") == []


async def test_chambers_are_created_with_a_worker_in_each_by_one_key() -> None:
    answers = {"create_chambers_batch": created_chambers("a"), "start_worker": worker_start()}
    tools = FixedTools(answers)
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("a")
        await room.press("ctrl+o")
        assert calls_of(tools, "start_worker") == [
            {"task_id": TASK, "chamber": "a", "policy": "edits"}
        ]


async def test_agents_of_several_kinds_start_side_by_side_as_the_names_say() -> None:
    names = ("auth-claude", "auth-opencode", "web")
    answers = {"create_chambers_batch": created_chambers(*names), "start_worker": worker_start()}
    tools = FixedTools(answers)
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("auth:claude+opencode, web")
        assert "Creates auth-claude (claude starts), auth-opencode (opencode" in room.text
        assert "it may change its own files and commit" in " ".join(room.text.split())
        await room.press("ctrl+r", "ctrl+r")
        assert "it may do anything that stays in its chamber" in " ".join(room.text.split())
        await room.press("enter")
        assert calls_of(tools, "start_worker") == [
            {"task_id": TASK, "chamber": "auth-claude", "agent": "claude", "policy": "all"},
            {"task_id": TASK, "chamber": "auth-opencode", "agent": "opencode", "policy": "all"},
        ]


class HeldTools(FixedTools):
    """Tools of which one answers only when it is released."""

    def __init__(self, held: str) -> None:
        created, start = created_chambers("a"), worker_start()
        super().__init__({"create_chambers_batch": created, "start_worker": start})
        self._held = held
        self.release = asyncio.Event()

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        answer = await super().call(tool, arguments)
        if tool == self._held:
            await self.release.wait()
        return answer


async def test_workers_start_after_the_dialog_was_left_while_it_created() -> None:
    tools = HeldTools("create_chambers_batch")
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("a")
        await room.pilot.press("ctrl+o", "escape")
        tools.release.set()
        await settle(room.pilot)
        assert calls_of(tools, "start_worker") == [
            {"task_id": TASK, "chamber": "a", "policy": "edits"}
        ]


async def test_nothing_is_done_twice_while_a_worker_starts() -> None:
    tools = HeldTools("start_worker")
    async with room_of(stories.first_task(), tools=tools) as room:
        await room.press("c")
        await room.type("a")
        await room.pilot.press("ctrl+o")
        await until(lambda: bool(calls_of(tools, "start_worker")))
        await room.pilot.press("ctrl+o")
        tools.release.set()
        await settle(room.pilot)
        assert [name for name, _ in tools.calls] == ["create_chambers_batch", "start_worker"]
