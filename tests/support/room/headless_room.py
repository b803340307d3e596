"""Runs the room in a test without a terminal; the test feeds it and presses its keys."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property

from textual import events
from textual.pilot import Pilot

from orchestra_core.clock import Clock
from orchestra_core.events import Event
from orchestra_core.models import Presence
from orchestra_core.worker_state import WorkerLimits
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.app import RoomApp
from orchestra_tui.backend.protocols import DaemonKeeper, EventSink, ServerStatus
from orchestra_tui.backend.theme_choice import ThemeChoice
from tests.support.gallery.pictures import text_of
from tests.support.gallery.scene_states import NOW, Told
from tests.support.gallery.scenes import MIDDLE, FixedTools, Size, settle

_KEY_NAMES = {
    ":": "colon",
    " ": "space",
    "/": "slash",
    "?": "question_mark",
    "\r": "enter",
    "\x1b": "escape",
    "\t": "tab",
    "\x13": "ctrl+s",
}


class HandFedSource:
    """An `EventSource` that begins with a snapshot and passes on what the test tells it."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.transcript_counts: list[int] = []  # how many entries were asked for, each time
        self.sink: EventSink | None = None

    async def run(self, sink: EventSink) -> None:
        self.sink = sink
        if self._told.state is not None:
            sink.snapshot(self._told.state, self._told.events)
        await asyncio.Event().wait()

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        return list(self._told.activity.get(chamber_id, ()))[-count:]

    async def transcript(self, chamber_id: str, count: int) -> list[TranscriptEntry]:
        self.transcript_counts.append(count)
        return list(self._told.transcripts.get(chamber_id, ()))[-count:]


class HeardApp(RoomApp):
    """A room that remembers its notifications."""

    def say(self, line: str, *, problem: bool = False) -> None:
        self.said.append(line)
        super().say(line, problem=problem)

    @cached_property
    def said(self) -> list[str]:
        return []


@dataclass
class Room:
    """A running room, and the objects with which a test controls it."""

    app: HeardApp
    pilot: Pilot[int]
    source: HandFedSource
    tools: FixedTools

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await settle(self.pilot)

    async def type(self, text: str) -> None:
        await self.pilot.press(*("space" if char == " " else char for char in text))
        await settle(self.pilot)

    async def burst(self, text: str) -> None:
        """Type all of `text` before any of it can act."""
        for char in text:
            printable = char if char.isprintable() else None
            self.app.post_message(events.Key(_KEY_NAMES.get(char, char), printable))
        await settle(self.pilot)

    async def hear(self, *heard: Event) -> None:
        assert self.source.sink is not None
        self.source.sink.arrived(heard)
        await settle(self.pilot)

    @property
    def said(self) -> list[str]:
        """What the room has notified, oldest first."""
        return self.app.said

    @property
    def text(self) -> str:
        """The text of the screen, line by line."""
        return text_of(self.app.export_screenshot())


@asynccontextmanager
async def room_of(
    told: Told,
    *,
    size: Size = MIDDLE,
    tools: FixedTools | None = None,
    keymap: dict[str, str] | None = None,
    server: ServerStatus | None = None,
    clock: Clock = lambda: NOW,
    unread_limit: int = 0,
    stuck_limit: int = 0,
    daemon: DaemonKeeper | None = None,
    theme_choice: ThemeChoice | None = None,
) -> AsyncGenerator[Room]:
    """Open a room on `told` and wait until it shows it; `unread_limit` in ms, 0 is never."""
    source = HandFedSource(told)
    played = tools or FixedTools(state=server)
    app = HeardApp(
        "shop-3f9a1c2e",
        source,
        played,
        daemon=daemon,
        clock=clock,
        limits=WorkerLimits(unread=unread_limit, silent=stuck_limit),
        keymap=keymap,
        theme_choice=theme_choice,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        room = Room(app, pilot, source, played)
        await settle(pilot)
        yield room


def calls_of(tools: FixedTools, tool: str) -> Sequence[dict[str, object]]:
    """Return the arguments of every call of one tool."""
    return [arguments for name, arguments in tools.calls if name == tool]
