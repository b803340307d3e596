"""The pages of the detail area."""

from orchestra_core.events import EventData
from orchestra_core.workers.transcript import TranscriptEntry
from orchestra_tui.screens.room.detail.detail_pages import SEARCHED_LENGTH, TRANSCRIPT_LENGTH
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK, event
from tests.support.room.headless_room import Room, room_of
from tests.support.samples.documents import a_started_worker


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


async def test_a_transcript_is_filtered_like_a_list_and_escape_shows_all_of_it_again() -> None:
    told = stories.busy()
    assert told.state is not None
    worker = a_started_worker("auth", TASK)
    told.state.workers[worker.id] = worker
    told.transcripts[f"{TASK}/auth"] = [
        TranscriptEntry(at=1, kind="said", text="I begin with the schema."),
        TranscriptEntry(at=2, kind="said", text="Now the tests."),
    ]
    async with room_of(told) as room:
        await room.press("2", "l", "4", "slash")
        room.source.transcript_counts.clear()
        await room.type("SCHEMA begin")
        assert room.source.transcript_counts == [SEARCHED_LENGTH]
        assert "/SCHEMA begin: 1 of 2" in room.text
        assert "I begin with the schema." in room.text
        assert "Now the tests." not in room.text
        await room.press("enter")
        assert "Now the tests." not in room.text
        await room.press("escape")
        assert "Now the tests." in room.text
        assert screen_of(room).navigation.pane == "detail"
        assert room.source.transcript_counts == [SEARCHED_LENGTH, TRANSCRIPT_LENGTH]
        await room.press("l", "slash")
        assert room.said[-1].startswith("/ filters a list or a transcript")
