"""The dialog that starts an agent: which one, what it may do unasked, and a word for it."""

from pathlib import Path

from orchestra_tui.screens.dialogs.start.start_worker_dialog import agent_names
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK
from tests.support.gallery.scenes import ANSWERS, FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.tool_answers import worker_start


async def test_w_starts_the_default_agent_with_a_word() -> None:
    tools = FixedTools({**ANSWERS, "start_worker": worker_start()})
    async with room_of(stories.without_workers(), tools=tools) as room:
        await room.press("2", "g", "w")
        assert "it may change its own files and commit" in " ".join(room.text.split())
        await room.type("Begin with the schema")
        await room.press("enter")
        (call,) = calls_of(tools, "start_worker")
        assert call["text"] == "Begin with the schema"
        assert (call["task_id"], call["agent"], call["policy"]) == (TASK, "claude", "edits")
        assert room.said == [f"{call['chamber']}: a worker is starting (claude)"]
        assert isinstance(room.app.screen, RoomScreen)


async def test_another_agent_and_policy_are_a_key_each_and_no_word_is_needed() -> None:
    tools = FixedTools({**ANSWERS, "start_worker": worker_start("opencode")})
    async with room_of(stories.without_workers(), tools=tools) as room:
        await room.press("2", "g", "w", "ctrl+n", "ctrl+r", "enter")
        (call,) = calls_of(tools, "start_worker")
        assert (call["agent"], call["policy"], "text" in call) == ("opencode", "ask", False)


def test_the_default_agent_comes_first(tmp_path: Path) -> None:
    environ = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert agent_names(environ)[0] == "claude"
    (tmp_path / "orchestra").mkdir()
    (tmp_path / "orchestra" / "config.toml").write_text(
        '[agents]\ndefault = "mine"\n[agents.mine]\ncommand = "x"\n'
    )
    assert agent_names(environ)[0] == "mine"
    assert agent_names(environ).count("mine") == 1
