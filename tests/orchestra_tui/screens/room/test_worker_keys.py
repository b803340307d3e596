"""The keys that start and end the agent of a chamber, and why they cannot."""

from msgspec.structs import replace

from orchestra_core.names import chamber_id
from tests.support import gallery_stories as stories
from tests.support.gallery import ANSWERS, FixedTools
from tests.support.gallery_states import TASK
from tests.support.room import calls_of, room_of
from tests.support.samples import a_started_worker
from tests.support.tool_answers import worker_stop


async def test_the_agent_of_a_chamber_is_ended_after_a_yes() -> None:
    told = stories.without_workers()
    assert told.state is not None
    for chamber in told.state.chambers.values():
        worker = replace(a_started_worker(chamber.name, TASK), state="running")
        told.state.workers[worker.id] = worker
    tools = FixedTools({**ANSWERS, "stop_worker": worker_stop()})
    async with room_of(told, tools=tools) as room:
        await room.press("2", "g", "w")
        assert room.said[-1].startswith("w (start): claude runs in ")
        await room.press("W")
        assert "What it runs now is aborted." in room.text
        await room.press("y")
        (call,) = calls_of(tools, "stop_worker")
        assert chamber_id(str(call["task_id"]), str(call["chamber"])) in told.state.workers
        assert room.said[-1] == f"{call['chamber']}: its worker is being ended"


async def test_keys_that_cannot_act_say_why() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("w", "W")
        assert room.said == [
            "w (start): no chamber selected; press 2 to go to Chambers",
            "W (end): no chamber selected; press 2 to go to Chambers",
        ]
    async with room_of(stories.without_workers()) as room:
        await room.press("2", "g", "W")
        assert room.said[-1].startswith("W (end): Orchestra runs no worker in ")
