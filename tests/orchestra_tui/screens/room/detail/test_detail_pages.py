"""The pages of the detail area."""

from orchestra_core.events import EventData
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.gallery_states import TASK, event
from tests.support.room import Room, room_of
from tests.support.samples import a_started_worker


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_the_detail_area_follows_the_pane_and_the_cursor() -> None:
    async with room_of(stories.busy()) as room:
        assert screen_of(room).detail.subject.kind == "task"
        await room.press("2")
        assert screen_of(room).detail.subject.key == f"{TASK}/auth"
        await room.press("3")
        assert screen_of(room).detail.subject.kind == "discovery"


async def test_what_a_worker_has_done_is_fetched_when_its_page_is_opened() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2")
        assert "pytest tests/auth -q" not in room.text
        await room.press("l", "l")
        assert "pytest tests/auth -q" in room.text


async def test_a_chamber_has_a_transcript_once_a_worker_was_started_there() -> None:
    told = stories.busy()
    assert told.state is not None
    said = TranscriptEntry(at=1, kind="said", text="I begin with the schema.")
    told.transcripts[f"{TASK}/auth"] = [said]
    async with room_of(told) as room:
        await room.press("2")
        assert "transcript" not in screen_of(room).detail.area.tabs
        worker = a_started_worker("auth", TASK)
        data = EventData(worker=worker)
        await room.hear(event(9, 0, "worker.start-asked", "auth", data))
        await room.press("l")
        assert screen_of(room).detail.area.tab == "transcript"
        assert "I begin with the schema." in room.text
