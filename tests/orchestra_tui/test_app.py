"""The application: what it imports before it paints, and what it leaves behind when it ends."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from orchestra_tui.backend.protocols import ServerStatus
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of
from tests.support.waiting import until


def test_the_room_paints_before_anything_slow_is_imported() -> None:
    code = (
        "import orchestra_tui.app, sys;"
        "print([name for name in ('redis', 'mcp', 'git', 'pydantic', 'orchestra_core.store.store',"
        " 'orchestra_core.private_valkey') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_the_frame_rate_is_set_before_textual_is_imported() -> None:
    environ = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    code = "import orchestra_tui.app; from textual import constants; print(constants.MAX_FPS)"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "1000"


async def test_q_quits_and_ctrl_c_only_shows_how_to_quit() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("ctrl+c")
        assert room.said == ["Press q to quit; the agents keep working"]
        await room.pilot.press("q")
        await room.pilot.pause()
        assert not room.app.is_running or room.app.return_code == 0


async def test_the_status_line_shows_the_state_of_the_server() -> None:
    state = ServerStatus("failed", "see /tmp/server.log, next try in 2 s")
    async with room_of(stories.empty(), server=state) as room:
        assert "server stopped" in room.text
        assert room.said == ["The MCP server failed: see /tmp/server.log, next try in 2 s"]


class DaemonThatGoes:
    """A daemon that is there when the room comes, and is then stopped."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.times_needed = 0

    async def run(self, on_change: Callable[[bool], None]) -> None:
        held = True
        on_change(held)
        await self.gone.wait()
        on_change(not held)
        await asyncio.Event().wait()

    def needed(self) -> None:
        self.times_needed += 1


async def test_the_room_says_when_the_daemon_is_gone_and_starts_it_at_the_next_news() -> None:
    daemon = DaemonThatGoes()
    async with room_of(stories.busy(), daemon=daemon) as room:
        sink = room.source.sink
        assert sink is not None
        sink.reconnected()
        await room.press("1")
        assert "no daemon" not in room.text
        assert daemon.times_needed == 0
        daemon.gone.set()
        await until(lambda: room.app.lacks_daemon)
        await room.press("1")
        assert "no daemon" in room.text
        sink.disconnected("the server refuses connections")
        await until(lambda: daemon.times_needed > 0)


async def test_an_outage_of_the_store_is_shown_and_nothing_disappears() -> None:
    async with room_of(stories.busy()) as room:
        sink = room.source.sink
        assert sink is not None
        sink.disconnected("the server refuses connections")
        await room.press("1")
        assert "reconnecting" in room.text
        assert "the server refuses connections" in room.text
        assert "Add OAuth2 login" in room.text
        sink.reconnected()
        await room.press("1")
        assert "● live" in room.text
        assert room.said[-1].startswith("Store reconnected after")


@pytest.mark.parametrize("no_color", ["1", ""])
async def test_no_meaning_depends_on_colour_alone(
    no_color: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    async with room_of(stories.all_mail()) as room:
        await room.press("3")
        assert "▲ critical" in room.text
        assert "● live" in room.text
        assert "unread" in room.text
