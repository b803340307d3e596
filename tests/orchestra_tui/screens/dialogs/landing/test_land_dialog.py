"""The dialog that lands a task."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest
from msgspec import Raw
from msgspec.structs import replace as document_replace

from orchestra_core.events import EventData
from orchestra_core.replies.completion import CompletedTask
from orchestra_tui.screens.dialogs.landing import dry_runs as dry_runs_module
from orchestra_tui.screens.dialogs.landing.land_dialog import Land
from orchestra_tui.screens.room.room_screen import RoomScreen
from orchestra_tui.screens.shown_question import TYPED_BEFORE
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.board_story import board
from tests.support.gallery.scene_states import TASK, chamber, event, task
from tests.support.gallery.scenes import FixedTools, settle
from tests.support.room.headless_room import Room, calls_of, room_of
from tests.support.samples.landing_answers import CONFLICTING, HELD, LANDED, READY

REQUEST = "Add OAuth2 login with rate limits, and an audit trail of sign-ins"


def arguments(*names: str, dry_run: bool, **others: bool) -> dict[str, object]:
    """What complete_task is called with."""
    wanted = {"partial": False, "confirm": False, **others}
    return {
        "task_id": TASK,
        "summary": REQUEST,
        "only": list(names),
        **wanted,
        "dry_run": dry_run,
    }


def landings(tools: FixedTools) -> list[dict[str, object]]:
    return [call for call in calls_of(tools, "complete_task") if not call["dry_run"]]


def dry_runs(tools: FixedTools) -> list[dict[str, object]]:
    return [call for call in calls_of(tools, "complete_task") if call["dry_run"]]


class SlowTools(FixedTools):
    """Answers a landing when the test lets it, first that a program is still running."""

    def __init__(self, answers: list[CompletedTask]) -> None:
        super().__init__({"complete_task": READY})
        self._landings = answers
        self.go_on = asyncio.Event()

    async def call(self, tool: str, arguments: Mapping[str, object]) -> Raw:
        if tool == "complete_task" and not arguments["dry_run"]:
            await self.go_on.wait()
            self.answers = {"complete_task": self._landings.pop(0)}
        return await super().call(tool, arguments)


async def test_two_keys_land_a_task_that_nothing_holds_and_say_what_has_happened() -> None:
    tools = FixedTools(LANDED)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L")
        assert f"Land: {REQUEST}" in room.text
        await room.press("enter")
        assert landings(tools) == [arguments("auth", "database", "api", dry_run=False)]
        assert "database, auth: landed on main as 2f7c9e1ab0d4. The task is open." in room.text
        assert "Still live: api" in room.text
        await room.press("enter")
        assert isinstance(room.app.screen, RoomScreen)


async def test_only_the_marked_chambers_are_looked_at_and_land() -> None:
    tools = FixedTools(LANDED)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L", "j", "space")
        assert dry_runs(tools)[-1] == arguments("auth", "api", dry_run=True)
        await room.press("enter")
        assert landings(tools) == [arguments("auth", "api", dry_run=False)]


async def test_only_what_can_land_is_marked_at_first_where_others_are_at_work() -> None:
    tools = FixedTools({"complete_task": READY})
    async with room_of(board(), tools=tools) as room:
        await room.press("1", "j", "L")
        assert [call["only"] for call in dry_runs(tools)] == [["readme-badge"]]


async def test_a_unmarks_all_and_then_nothing_lands() -> None:
    tools = FixedTools(LANDED)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L", "a", "enter")
        assert "No chamber is marked" in room.text
        assert landings(tools) == []
        await room.press("a", "enter")
        assert len(landings(tools)) == 1


async def test_what_holds_it_is_asked_for_and_only_a_yes_passes_the_confirmation() -> None:
    tools = FixedTools(HELD)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L", "y")
        assert landings(tools) == []
        await room.press("enter")
        assert "2 things hold it, as below. y lands database, auth, api" in room.text
        await room.press("enter")
        assert landings(tools) == []
        await room.press("n", "enter", "escape")
        assert "After your yes, enter lands" in room.text
        await room.press("enter", "y")
        names = ("auth", "database", "api")
        assert landings(tools) == [arguments(*names, dry_run=False, confirm=True)]


async def test_a_conflict_lands_nothing_until_p_asks_for_what_fits() -> None:
    tools = FixedTools(CONFLICTING)
    async with room_of(stories.conflict(), tools=tools) as room:
        await room.press("L", "enter")
        assert landings(tools) == []
        assert "The marked chambers cannot land" in room.text
        assert "<<<<<<< api" in room.text
        await room.press("p", "enter")
        (landing,) = landings(tools)
        assert landing["partial"] is True
        # The tool answered that nothing landed: the dry run shows again.
        assert isinstance(room.app.screen, Land)
        assert "<<<<<<< api" in room.text


async def test_an_event_of_the_task_asks_for_the_dry_run_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry_runs_module, "SPACING", 0.0)
    tools = FixedTools(HELD)
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L", "enter")
        before = len(dry_runs(tools))
        tools.answers = {"complete_task": READY}
        await room.hear(
            event(9, 0, "chamber.created", "docs", EventData(chamber=chamber("docs", created=0)))
        )
        assert len(dry_runs(tools)) == before + 1
        assert "Something has changed; read this again before you land." in room.text
        assert "[x] docs" in room.text
        other = chamber("far", task_id="other")
        await room.hear(event(10, 0, "chamber.created", "far", EventData(chamber=other)))
        assert len(dry_runs(tools)) == before + 1


async def test_why_a_key_was_not_taken_stays_until_the_dry_run_says_something_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dry_runs_module, "SPACING", 0.0)
    tools = FixedTools({"complete_task": READY})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("L")
        dialog = room.app.screen
        assert isinstance(dialog, Land)
        dialog.ask_anew()
        dialog.action_proceed()
        before = len(dry_runs(tools))
        docs = event(9, 0, "chamber.created", "docs", EventData(chamber=chamber("docs", created=0)))
        await room.hear(docs)
        assert len(dry_runs(tools)) == before + 1
        assert TYPED_BEFORE in room.text
        tools.answers = {"complete_task": HELD["complete_task"]}
        await room.press("f")
        assert TYPED_BEFORE not in room.text


async def landing(room: Room) -> None:
    await room.pilot.press("L")
    await settle(room.pilot)
    await room.pilot.press("enter")
    await room.pilot.pause()


async def test_a_landing_says_for_what_it_waits_and_is_followed_to_its_end() -> None:
    unfinished = replace(READY, dry_run=False, state="completing")
    tools = SlowTools([unfinished, LANDED["complete_task"]])
    async with room_of(stories.busy(), tools=tools) as room:
        await landing(room)
        assert "Landing database, auth, api…" in room.text
        assert room.source.sink is not None
        awaited = event(9, 0, "program.awaited", data=EventData(action="git commit"))
        room.source.sink.arrived([awaited])
        await room.pilot.pause(0.06)
        assert "waits for git commit" in room.text
        tools.go_on.set()
        await settle(room.pilot)
        assert len(landings(tools)) == 2
        assert "landed on main" in room.text


async def test_a_dialog_that_was_closed_says_the_outcome_in_one_line() -> None:
    tools = SlowTools([LANDED["complete_task"]])
    async with room_of(stories.busy(), tools=tools) as room:
        await landing(room)
        await room.pilot.press("escape")
        tools.go_on.set()
        await settle(room.pilot)
        assert room.said == ["database, auth: landed on main as 2f7c9e1ab0d4. The task is open."]


async def test_an_interrupted_landing_goes_on_with_the_chambers_it_began_with() -> None:
    told = stories.busy()
    assert told.state is not None
    told.state.put(document_replace(task(), state="completing"))
    tools = FixedTools(LANDED)
    async with room_of(told, tools=tools) as room:
        await room.press("L", "enter")
        assert landings(tools) == [arguments(dry_run=False)]


async def test_a_refused_landing_shows_the_tools_own_line() -> None:
    async with room_of(stories.busy(), tools=FixedTools({})) as room:
        await room.press("L")
        assert "complete_task is not played in this scene" in room.text
        await room.press("enter")
        assert landings(room.tools) == []


async def test_l_says_why_there_is_nothing_to_land() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("L")
        assert room.said == ["L (land): no task selected; press n to start one"]
    async with room_of(stories.first_task()) as room:
        await room.press("L")
        assert room.said == [
            "L (land): nothing to land: the task has no live chamber; c creates some"
        ]
    async with room_of(stories.busy()) as room:
        await room.press("G", "L")
        assert room.said == ["L (land): the task is completed; select an open one"]


async def test_l_means_the_task_of_the_chamber_under_the_cursor_when_all_show() -> None:
    told = stories.busy()
    assert told.state is not None
    other = task("other-task-1a2b", "Another task", started=5)
    told.state.put(other)
    told.state.put(chamber("words", task_id=other.id, created=1))
    async with room_of(told, tools=FixedTools({})) as room:
        await room.press("2")
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        for chamber_key, title in ((f"{other.id}/words", "Another task"), (f"{TASK}/api", REQUEST)):
            screen.lists.tables["chambers"].select(chamber_key)
            await room.press("L")
            assert f"Land: {title}" in room.text
            await room.press("escape")
