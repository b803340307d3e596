"""The room's gallery: named scenes, each a fixed state at a fixed moment; no store, no server."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import msgspec
from msgspec import Raw
from textual.pilot import Pilot

from orchestra_core.errors import Refused
from orchestra_core.models import Presence
from orchestra_core.replies.reply import Reply
from orchestra_core.worker_state import WorkerLimits
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.app import RoomApp
from orchestra_tui.backend.protocols import EventSink, ServerStatus
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.board_story import STUCK_AFTER, board, board_answers, red_together
from tests.support.gallery.offline_pictures import offline
from tests.support.gallery.scene_states import NOW, Told
from tests.support.room.idle import pause
from tests.support.samples.landing_answers import CONFLICTING, HELD, LANDED
from tests.support.samples.reviews import chamber_diff
from tests.support.samples.tool_answers import chamber_size, parallel_status, sent_interrupt

Size = tuple[int, int]
SMALL: Size = (80, 24)
MIDDLE: Size = (120, 40)
WIDE: Size = (160, 48)
LARGE: Size = (200, 60)
_SETTLED_LOOKS = 2  # one after the other: what the last message brought about may begin anew
ANSWERS: Mapping[str, Reply] = {
    "interrupt_worker": sent_interrupt("i2"),
    "get_parallel_status": parallel_status(
        [chamber_size("auth", 4, 120, 8), chamber_size("database", 2, 41), chamber_size("api")]
    ),
    "review_chamber": chamber_diff(),
}


class FixedSource:
    """A `Source` that emits what it was given, and then nothing."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def run(self, sink: EventSink) -> None:
        if self._told.state is not None:
            sink.snapshot(self._told.state, self._told.events)
        if self._told.lost:
            sink.disconnected(self._told.lost)
        await asyncio.Event().wait()

    async def activity(self, chamber_id: str, count: int) -> list[Presence]:
        return list(self._told.activity.get(chamber_id, ()))[-count:]

    async def transcript(self, chamber_id: str, count: int) -> list[TranscriptEntry]:
        return list(self._told.transcripts.get(chamber_id, ()))[-count:]


class FixedTools:
    """`Tools` that answer from a table and remember the calls.

    What a review says of conflicts stands there as `conflicts`.
    """

    def __init__(
        self,
        answers: Mapping[str, Reply] = ANSWERS,
        state: ServerStatus | None = None,
    ) -> None:
        self.answers = answers
        self.state = state or ServerStatus("ready")
        self.calls: list[tuple[str, dict[str, object]]] = []

    async def run(self, on_state: Callable[[ServerStatus], None]) -> None:
        on_state(self.state)
        await asyncio.Event().wait()

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        self.calls.append((tool, dict(arguments)))
        answer = "conflicts" if arguments.get("part") == "conflicts" else tool
        if answer not in self.answers:
            raise Refused(f"{answer} is not played in this scene")
        return Raw(msgspec.json.encode(self.answers[answer]))


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One view_model: what is told, in which size and theme, and which keys are pressed first."""

    name: str
    tells: Callable[[], Told]
    size: Size = MIDDLE
    light: bool = False
    no_color: bool = False
    presses: Sequence[str] = ()  # each is one key, or a text to type
    server: ServerStatus = field(default_factory=lambda: ServerStatus("ready"))
    unread_limit: int = 0  # ms
    stuck_limit: int = 0  # ms
    answers: Mapping[str, Reply] = field(default_factory=lambda: ANSWERS)


class PicturedRoom(RoomApp):
    """A room whose exported pictures look right in any browser, without the network."""

    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:
        return offline(super().export_screenshot(title=title, simplify=simplify))


def app_of(scene: Scene) -> RoomApp:
    """Return the room of a scene."""
    before = os.environ.pop("NO_COLOR", None)
    if scene.no_color:
        os.environ["NO_COLOR"] = "1"
    try:
        return _room_of(scene)
    finally:
        os.environ.pop("NO_COLOR", None)
        if before is not None:
            os.environ["NO_COLOR"] = before


def _room_of(scene: Scene) -> RoomApp:
    source, tools = FixedSource(scene.tells()), FixedTools(scene.answers, state=scene.server)
    return PicturedRoom(
        "shop-3f9a1c2e",
        source,
        tools,
        clock=lambda: NOW,
        limits=WorkerLimits(unread=scene.unread_limit, silent=scene.stuck_limit),
        light=scene.light,
    )


def _typed(text: str) -> tuple[str, ...]:
    return tuple("space" if char == " " else char for char in text)


async def play(scene: Scene, pilot: Pilot[int]) -> None:
    """Bring the room to the scene's state, and wait until all of it is painted."""
    await settle(pilot)
    for keys in scene.presses:
        await pilot.press(*(_typed(keys) if " " in keys else (keys,)))
        await settle(pilot)


async def settle(pilot: Pilot[int]) -> None:
    """Wait until the room has shown all updates that it got."""
    app = pilot.app
    assert isinstance(app, RoomApp)
    settled_looks = 0
    while settled_looks < _SETTLED_LOOKS:
        await pause(pilot)
        settled_looks = 0 if app.unsettled else settled_looks + 1


SCENES: tuple[Scene, ...] = (
    Scene(name="connecting", tells=lambda: stories.NOTHING, server=ServerStatus("starting")),
    Scene(name="empty", tells=stories.empty),
    Scene(name="empty-80x24", tells=stories.empty, size=SMALL),
    Scene(name="first-task", tells=stories.first_task),
    Scene(
        name="board",
        tells=board,
        stuck_limit=STUCK_AFTER,
        presses=("2", "j"),
        answers=board_answers(),
    ),
    Scene(
        name="board-160x48",
        tells=board,
        stuck_limit=STUCK_AFTER,
        presses=("2", "G"),
        size=WIDE,
        answers=board_answers(),
    ),
    Scene(
        name="board-80x24",
        tells=board,
        stuck_limit=STUCK_AFTER,
        presses=("2", "j"),
        size=SMALL,
        answers=board_answers(),
    ),
    Scene(name="red-together", tells=red_together, presses=("2", "j")),
    Scene(name="red-together-80x24", tells=red_together, presses=("2",), size=SMALL),
    Scene(name="busy", tells=stories.busy, presses=("2",)),
    Scene(name="busy-light", tells=stories.busy, presses=("2",), light=True),
    Scene(name="busy-80x24", tells=stories.busy, presses=("2",), size=SMALL),
    Scene(name="busy-200x60", tells=stories.busy, presses=("2",), size=LARGE),
    Scene(name="tasks-80x24", tells=stories.busy, size=SMALL),
    Scene(name="detail-80x24", tells=stories.busy, presses=("2", "enter"), size=SMALL),
    Scene(name="mail", tells=stories.all_mail, presses=("2", "j", "h")),
    Scene(name="mail-light", tells=stories.all_mail, presses=("2", "h"), light=True),
    Scene(name="suspended", tells=stories.held_up, presses=("2",), unread_limit=30_000),
    Scene(
        name="suspend-editor",
        tells=stories.busy,
        presses=("2", "S", "Wait for the schema"),
        size=SMALL,
    ),
    Scene(name="critical-discovery", tells=stories.all_mail, presses=("3",)),
    Scene(name="activity", tells=stories.busy, presses=("2", "l")),
    Scene(name="conflict", tells=stories.conflict, presses=("2", "j")),
    Scene(name="health", tells=stories.ailing, presses=("2", "j")),
    Scene(name="health-80x24", tells=stories.ailing, presses=("2",), size=SMALL),
    Scene(name="conflict-80x24", tells=stories.conflict, presses=("2",), size=SMALL),
    Scene(name="restored", tells=stories.restored, presses=("2", "j")),
    Scene(name="disconnected", tells=stories.lost, server=ServerStatus("restarting", "in 2 s")),
    Scene(name="ten-thousand-tasks", tells=stories.many_tasks, presses=("G", "k", "k")),
    Scene(name="trouble", tells=stories.trouble, presses=("2", "G")),
    Scene(
        name="interrupt-editor",
        tells=stories.busy,
        presses=("2", "i", "Use PKCE with S256 only", "ctrl+r"),
    ),
    Scene(
        name="interrupt-sent",
        tells=stories.all_mail,
        presses=("2", "i", "Keep the cookie", "ctrl+s"),
    ),
    Scene(
        name="interrupt-editor-80x24",
        tells=stories.busy,
        presses=("2", "i", "Stop at once"),
        size=SMALL,
    ),
    Scene(name="land", tells=stories.busy, presses=("L",), answers={**ANSWERS, **HELD}),
    Scene(
        name="land-80x24",
        tells=stories.busy,
        presses=("L", "j", "space"),
        answers={**ANSWERS, **HELD},
        size=SMALL,
    ),
    Scene(
        name="land-question",
        tells=stories.busy,
        presses=("L", "enter"),
        answers={**ANSWERS, **HELD},
        light=True,
    ),
    Scene(
        name="land-conflict",
        tells=stories.conflict,
        presses=("L",),
        answers={**ANSWERS, **CONFLICTING},
    ),
    Scene(
        name="land-conflict-80x24",
        tells=stories.conflict,
        presses=("L",),
        answers={**ANSWERS, **CONFLICTING},
        size=SMALL,
    ),
    Scene(
        name="land-done", tells=stories.busy, presses=("L", "enter"), answers={**ANSWERS, **LANDED}
    ),
    Scene(name="start-task", tells=stories.empty, presses=("n",)),
    Scene(
        name="create-chambers",
        tells=stories.first_task,
        presses=("c", "auth, Database", "enter"),
    ),
    Scene(name="review", tells=stories.reviewed, presses=("2", "d", "space")),
    Scene(
        name="review-80x24",
        tells=stories.busy,
        presses=("2", "d", "tab", "c", "Half an hour is too short for a shop"),
        size=SMALL,
    ),
    Scene(
        name="review-side-by-side-160x48",
        tells=stories.busy,
        presses=("2", "d", "space", "w", "c", "Half an hour is short", "enter"),
        size=WIDE,
    ),
    Scene(
        name="review-light",
        tells=stories.reviewed,
        presses=("2", "d", "tab", "/", "def close", "enter"),
        light=True,
    ),
    Scene(name="help", tells=stories.busy, presses=("?",)),
    Scene(name="help-80x24", tells=stories.busy, presses=("?",), size=SMALL),
    Scene(name="confirm-close", tells=stories.busy, presses=("2", "x")),
    Scene(name="filter", tells=stories.busy, presses=("/", "postgres driver")),
    Scene(name="cannot", tells=stories.first_task, presses=("i",)),
    Scene(name="hostile", tells=stories.hostile, presses=("2",)),
    Scene(name="hostile-discovery-light", tells=stories.hostile, presses=("3",), light=True),
    Scene(name="request", tells=board, stuck_limit=STUCK_AFTER, presses=("A",)),
    Scene(name="request-80x24", tells=board, presses=("A",), size=SMALL),
    Scene(name="events", tells=board, stuck_limit=STUCK_AFTER, presses=("e",)),
    Scene(name="palette", tells=board, presses=("colon", "session ")),
    Scene(
        name="board-no-color",
        tells=board,
        stuck_limit=STUCK_AFTER,
        presses=("2",),
        no_color=True,
    ),
)
_IN_EVERY_SIZE = ("board", "request", "review", "land")


def every_size() -> list[Scene]:
    """Return the most telling scenes in every size, dark and light, and one without colours.

    They are drawn by `make gallery` and are no snapshots.
    """
    scenes: list[Scene] = []
    for scene in SCENES:
        if scene.name not in _IN_EVERY_SIZE:
            continue
        for size in (SMALL, MIDDLE, WIDE, LARGE):
            name = f"{scene.name}-{size[0]}x{size[1]}"
            scenes += [
                replace(scene, name=f"{name}-dark", size=size),
                replace(scene, name=f"{name}-light", size=size, light=True),
            ]
        scenes.append(replace(scene, name=f"{scene.name}-no-color", no_color=True))
    return scenes
