"""A review in the room: what is shown, and that no key typed ahead is lost or misread."""

import asyncio
from collections.abc import Mapping

from msgspec import Raw

from orchestra_tui.screens.review.review_screen import ReviewScreen
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import presence
from tests.support.gallery.scenes import ANSWERS, FixedTools, settle
from tests.support.room.headless_room import Room, calls_of, room_of
from tests.support.samples.reviews import AUTH, chamber_diff


def reviewed_tools() -> FixedTools:
    return FixedTools({**ANSWERS, "review_chamber": chamber_diff()})


async def select_chamber(room: Room) -> None:
    await room.press("2")
    assert isinstance(room.app.screen, RoomScreen)
    room.app.screen.lists.tables["chambers"].select(AUTH)
    await room.press()


async def open_review(room: Room, *keys: str) -> ReviewScreen:
    await select_chamber(room)
    await room.press("d", *keys)
    screen = room.app.screen
    assert isinstance(screen, ReviewScreen)
    return screen


async def test_the_chambers_files_and_the_diff_of_the_first_are_shown() -> None:
    tools = reviewed_tools()
    async with room_of(stories.busy(), tools=tools) as room:
        await open_review(room)
        assert "Review auth  [all] committed" in room.text
        assert "src/auth/pkce.py  new  +8 -0" in room.text
        assert "7 +    digest = hashlib.sha256(verifier.encode()).digest()" in room.text
        (call,) = calls_of(tools, "review_chamber")
        assert (call["chamber"], call["part"]) == ("auth", "all")


async def test_without_a_chamber_the_key_says_why_it_cannot() -> None:
    async with room_of(stories.first_task()) as room:
        await room.press("d")
        assert room.said == ["d (review): no chamber selected; press 2 to go to Chambers"]


async def test_keys_typed_before_the_diff_is_there_act_on_it_in_their_order() -> None:
    tools = reviewed_tools()
    async with room_of(stories.busy(), tools=tools) as room:
        await select_chamber(room)
        # In one go, as a fast typist or a slow line brings them.
        await room.pilot.press(*"dlcsay s.", "enter", "s")
        await room.press()
        await room.pilot.pause()
        (call,) = calls_of(tools, "interrupt_worker")
        assert call["message"] == (
            "Review of auth: 1 comment. Change the code for each, or say why not.\n\n"
            "1. src/auth/sessions.py:14 (removed)\n"
            "   > -        session.lasts(hours=24)\n"
            "   say s."
        )


class HeldTools(FixedTools):
    """Tools whose diff comes when it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.let_go = asyncio.Event()

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        if tool == "review_chamber":
            await self.let_go.wait()
        return await super().call(tool, arguments)


async def test_keys_that_waited_for_the_diff_do_nothing_once_the_review_is_left() -> None:
    tools = HeldTools()
    tools.let_go.set()
    async with room_of(stories.busy(), tools=tools) as room:
        await open_review(room, "c", "a", "enter")
        await room.press("q")
        tools.let_go.clear()
        await room.pilot.press("d", "s", "q")
        assert isinstance(room.app.screen, RoomScreen)
        tools.let_go.set()
        await settle(room.pilot)
        assert calls_of(tools, "interrupt_worker") == []


async def test_a_report_of_the_worker_does_not_lay_the_diff_out_again() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        screen = await open_review(room)
        layout = screen.view.layout_of_file
        assert room.source.sink is not None
        room.source.sink.presence_changed(presence("auth", "Bash", "pytest", since=1))
        await settle(room.pilot)
        assert screen.view.layout_of_file is layout


async def test_a_refusal_is_shown_in_place_of_the_diff_and_can_be_retried() -> None:
    tools = FixedTools({})
    async with room_of(stories.busy(), tools=tools) as room:
        await open_review(room)
        assert "review_chamber is not played in this scene" in room.text
        tools.answers = {**ANSWERS, "review_chamber": chamber_diff()}
        await room.press("f")
        assert "src/auth/pkce.py  new" in room.text


async def test_what_has_no_lines_says_why() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        await open_review(room, "tab", "tab")
        assert "Its content has not changed." in room.text
        await room.press("tab", "tab", "tab")
        assert "A binary file: there are no lines to show." in room.text


async def test_leaving_and_coming_back_keeps_the_file_and_the_drafts() -> None:
    async with room_of(stories.busy(), tools=reviewed_tools()) as room:
        await open_review(room, "tab", "c")
        await room.type("why")
        await room.press("enter", "q")
        assert not isinstance(room.app.screen, ReviewScreen)
        assert "1 not sent" in room.said[-1]
        await room.press("d")
        assert "2/6 src/auth/sessions.py" in room.text
        assert "why   not sent" in room.text
