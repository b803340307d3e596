"""The keys that start and end the agent of a chamber, and why they cannot."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_core.names import chamber_id
from tests.orchestra_tui.terminal.test_tmux_window import fake_tmux
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK, event
from tests.support.gallery.scenes import ANSWERS, FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.documents import a_started_worker
from tests.support.samples.tool_answers import worker_stop
from tests.support.waiting import until


async def test_the_agent_of_a_chamber_is_ended_after_a_yes() -> None:
    told = stories.without_workers()
    assert told.state is not None
    for chamber in told.state.chambers.values():
        worker = replace(a_started_worker(chamber.name, TASK), state="running")
        told.state.workers[worker.id] = worker
    tools = FixedTools({**ANSWERS, "stop_worker": worker_stop()})
    async with room_of(told, tools=tools) as room:
        await room.press("2", "g", "w")
        assert room.said[-1].startswith("w (start): claude already runs in ")
        await room.press("W")
        assert "What it is running is aborted." in room.text
        await room.press("y")
        (call,) = calls_of(tools, "stop_worker")
        assert chamber_id(str(call["task_id"]), str(call["chamber"])) in told.state.workers
        assert room.said[-1] == f"{call['chamber']}: its worker is being ended"


async def test_keys_that_cannot_act_say_why() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("w", "W", "o")
        assert room.said == [
            "w (start): no chamber selected; press 2 to go to Chambers",
            "W (end): no chamber selected; press 2 to go to Chambers",
            "o (take over): no chamber selected; press 2 to go to Chambers",
        ]
    async with room_of(stories.without_workers()) as room:
        await room.press("2", "g", "W")
        assert room.said[-1].startswith("W (end): Orchestra started no worker in ")
        await room.press("o")
        assert room.said[-1].startswith("o (take over): Orchestra has started no worker in ")


async def test_a_conversation_is_taken_over_in_a_new_window_once_its_worker_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = tmp_path / "asked"
    monkeypatch.setenv("PATH", fake_tmux(tmp_path, f'echo "$@" > {asked}'))
    told = stories.without_workers()
    assert told.state is not None
    running = [
        replace(a_started_worker(chamber.name, TASK), state="running", conversation="c-1")
        for chamber in told.state.chambers.values()
    ]
    for worker in running:
        told.state.workers[worker.id] = worker
    tools = FixedTools({**ANSWERS, "stop_worker": worker_stop()})
    async with room_of(told, tools=tools) as room:
        monkeypatch.delenv("TMUX", raising=False)
        await room.press("2", "g", "o")
        assert room.said[-1] == "o (take over): the room is not in tmux; y copies the command"
        monkeypatch.setenv("TMUX", "/tmp/tmux,1,0")
        await room.press("o")
        assert "and take over?" in room.text
        await room.pilot.press("y")  # which waits for the worker's end
        await until(lambda: bool(calls_of(tools, "stop_worker")))
        (call,) = calls_of(tools, "stop_worker")
        assert not asked.exists()
        ended = next(worker for worker in running if worker.chamber == call["chamber"])
        over = EventData(worker=replace(ended, state="ended"))
        assert room.source.sink is not None
        room.source.sink.arrived((event(9, 0, "worker.ended", ended.chamber, over),))
        await until(asked.exists)
        await until(lambda: bool(asked.read_text()))
        assert f"new-window -n {ended.chamber} -c " in asked.read_text()
        assert "claude --resume c-1" in asked.read_text()
        await until(lambda: "continues in a new tmux window" in room.said[-1])
