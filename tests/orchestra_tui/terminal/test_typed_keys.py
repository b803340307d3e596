"""Keys that arrive together act one after the other."""

from msgspec.structs import replace
from textual import events
from textual.widgets import Input, TextArea

from orchestra_core.events import EventData
from orchestra_tui.screens.dialogs.confirm import Confirm
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from orchestra_tui.screens.dialogs.landing.land_dialog import Land
from orchestra_tui.screens.dialogs.request_dialog import RequestDialog
from orchestra_tui.screens.dialogs.start.start_task_dialog import StartTask
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, TASK, event
from tests.support.gallery.scenes import FixedTools, settle
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.documents import a_request
from tests.support.samples.landing_answers import LANDED
from tests.support.samples.tool_answers import answered_request, closed_chamber


async def test_a_pane_and_the_moves_in_it() -> None:
    async with room_of(stories.busy()) as room:
        await room.burst("2jj")
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.navigation.pane == "chambers"
        third = room.app.view_model.state.chamber_keys(TASK)[2]
        assert screen.lists.tables["chambers"].cursor_key == third
        await room.burst("1\t3k21j2")
        assert screen.navigation.pane == "chambers"
        assert screen.lists.task_id != TASK


async def test_the_room_is_unsettled_until_a_key_has_acted() -> None:
    async with room_of(stories.busy()) as room:
        assert not room.app.unsettled
        await room.app.on_event(events.Key("2", "2"))
        assert room.app.unsettled
        await settle(room.pilot)
        assert not room.app.unsettled
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        assert screen.navigation.pane == "chambers"


async def test_a_message_typed_at_once_is_whole() -> None:
    async with room_of(stories.busy()) as room:
        await room.burst("2jihello there")
        assert isinstance(room.app.screen, InterruptEditor)
        assert room.app.screen.query_one(TextArea).text == "hello there"


async def test_a_task_typed_and_started_at_once() -> None:
    async with room_of(stories.empty()) as room:
        await room.burst("nAdd a thing\x13")
        calls = calls_of(room.tools, "start_task")
        assert [call["description"] for call in calls] == ["Add a thing"]
        assert isinstance(room.app.screen, StartTask)  # the tool is not played here


async def test_a_paste_stays_where_it_was_made() -> None:
    async with room_of(stories.busy()) as room:
        room.app.post_message(events.Key("n", "n"))
        room.app.post_message(events.Paste("Pasted\nlines"))
        room.app.post_message(events.Key("x", "x"))
        await settle(room.pilot)
        assert room.app.screen.query_one(TextArea).text == "Pasted\nlinesx"


async def test_a_filter_typed_at_once_filters() -> None:
    async with room_of(stories.busy()) as room:
        await room.burst("/postgres\rj")
        assert "/postgres" in room.text
        assert room.app.screen.query_one("#filter", Input).value == "postgres"


async def test_keys_after_a_closed_dialog_reach_the_room() -> None:
    async with room_of(stories.busy()) as room:
        await room.burst("?\x1b2j")
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        second = room.app.view_model.state.chamber_keys(TASK)[1]
        assert screen.lists.tables["chambers"].cursor_key == second


async def test_a_yes_that_was_typed_before_its_question_closes_nothing() -> None:
    tools = FixedTools({"close_chamber": closed_chamber("auth", "")})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.burst("2jxy")
        assert isinstance(room.app.screen, Confirm)
        assert calls_of(tools, "close_chamber") == []
        assert "That key was pressed before this appeared" in room.text
        await room.press("y")
        assert len(calls_of(tools, "close_chamber")) == 1


async def test_a_request_that_nobody_has_seen_is_not_answered() -> None:
    request = replace(a_request(), task_id=TASK, asked_at=NOW)
    tools = FixedTools({"answer_request": answered_request("r-1", "allow")})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.hear(event(9, 0, "request.asked", "auth", EventData(request=request)))
        await room.burst("2g\r1")
        assert isinstance(room.app.screen, RequestDialog)
        assert calls_of(tools, "answer_request") == []
        await room.press("1")
        assert len(calls_of(tools, "answer_request")) == 1


async def test_a_landing_that_nobody_has_seen_does_not_begin() -> None:
    tools = FixedTools(LANDED)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.burst("L\r\ry")
        assert isinstance(room.app.screen, Land)
        landings = [call for call in calls_of(tools, "complete_task") if not call["dry_run"]]
        assert landings == []
