"""The room's screen: it follows the events, what is selected, and the terminal's size."""

from orchestra_core.events import EventData
from orchestra_core.models import Discovery
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support import gallery_stories as stories
from tests.support.gallery import LARGE, SMALL, FixedTools
from tests.support.gallery_states import NOW, TASK, chamber, event, task
from tests.support.room import Room, calls_of, room_of


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_the_first_paint_needs_neither_store_nor_server() -> None:
    async with room_of(stories.NOTHING) as room:
        assert "Connecting…" in room.text
        assert "◌ connecting" in room.text


async def test_an_empty_project_says_what_to_press() -> None:
    async with room_of(stories.empty()) as room:
        assert "Press n to start one" in room.text


async def test_a_started_task_shows_with_its_event_and_is_counted() -> None:
    async with room_of(stories.empty()) as room:
        new = task("late", "Translate the manual", started=0)
        await room.hear(event(1, 0, "task.started", data=EventData(task=new)))
        assert "Translate the manual" in room.text
        assert "started: Translate the manual" in room.text
        assert "1 Tasks 1" in room.text


async def test_chambers_and_discoveries_are_those_of_the_selected_task() -> None:
    async with room_of(stories.busy()) as room:
        tables = screen_of(room).lists.tables
        assert tables["chambers"].total == 3
        await room.press("j")
        assert tables["chambers"].total == 0
        await room.press("o")
        assert (tables["chambers"].total, tables["discoveries"].total) == (3, 3)
        await room.press("o")
        assert tables["chambers"].total == 0


async def test_a_chamber_that_comes_later_shows_without_a_key() -> None:
    async with room_of(stories.busy()) as room:
        late = chamber("late", created=0)
        told = EventData(chamber=late)
        await room.hear(event(9, 0, "chamber.created", "late", told))
        assert screen_of(room).lists.tables["chambers"].total == 4


async def test_the_cursor_stays_on_its_task_when_another_comes_above_it() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("j")
        table = screen_of(room).lists.tables["tasks"]
        before = table.cursor_key
        new = task("newest", "Newest of all", started=0)
        await room.hear(event(9, 0, "task.started", data=EventData(task=new)))
        assert table.cursor_key == before
        assert table.total == 4


async def test_finished_tasks_can_be_hidden_and_shown_again() -> None:
    async with room_of(stories.busy()) as room:
        assert "Export invoices" in room.text
        await room.press("a")
        assert "Export invoices" not in room.text
        await room.press("a")
        assert "Export invoices" in room.text


async def test_a_filter_narrows_the_list_while_it_is_typed_and_escape_clears_it() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("slash")
        await room.type("postgres")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("enter")
        assert "1 Tasks 1 of 3" in room.text
        await room.press("escape")
        assert "1 Tasks 3" in room.text


async def test_the_detail_area_follows_the_pane_and_the_cursor() -> None:
    async with room_of(stories.busy()) as room:
        assert screen_of(room).detail.subject.kind == "task"
        await room.press("2", "j")
        assert screen_of(room).detail.subject.key == f"{TASK}/auth"
        await room.press("3")
        assert screen_of(room).detail.subject.kind == "discovery"


async def test_the_diff_is_read_through_the_link_and_only_when_its_page_is_opened() -> None:
    tools = FixedTools(texts={})
    async with room_of(stories.busy(), tools=tools) as room:
        await room.press("2", "j", "l")
        assert "pytest tests/auth -q" in room.text
        await room.press("l")
        assert "is not played in this scene" in room.text
        tools.texts = {f"orchestra://tasks/{TASK}/chambers/auth/diff": "+added line\n"}
        await room.press("f")
        assert "+added line" in room.text


async def test_sizes_of_changes_are_asked_for_once_and_shown() -> None:
    async with room_of(stories.busy()) as room:
        assert "+120 -8 4f" in await shown_in_chamber(room)
        assert calls_of(room.tools, "get_parallel_status") == [{"task_id": TASK}]


async def shown_in_chamber(room: Room) -> str:
    await room.press("2", "j")
    return room.text


async def test_in_a_small_terminal_the_detail_area_takes_the_lists_place_and_gives_it_back() -> (
    None
):
    async with room_of(stories.busy(), size=SMALL) as room:
        assert "4 Detail" not in room.text
        await room.press("2", "enter")
        assert "4 Detail" in room.text
        assert "2 Chambers" not in room.text
        await room.press("escape")
        assert "2 Chambers" in room.text
        assert screen_of(room).navigation.pane == "chambers"


async def test_a_terminal_that_grows_shows_both_again() -> None:
    async with room_of(stories.busy(), size=SMALL) as room:
        await room.pilot.resize_terminal(*LARGE)
        await room.press("1")
        assert "4 Detail" in room.text
        assert "Events" in room.text


async def test_tab_goes_round_all_panes_and_back() -> None:
    async with room_of(stories.busy()) as room:
        seen = [screen_of(room).navigation.pane]
        for _ in range(5):
            await room.press("tab")
            seen.append(screen_of(room).navigation.pane)
        assert seen == ["tasks", "chambers", "discoveries", "detail", "feed", "tasks"]
        await room.press("shift+tab")
        assert screen_of(room).navigation.pane == "feed"


async def test_text_from_agents_is_shown_as_it_is() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("3")
        assert "[@click=app.quit]click me[/]" in room.text
        assert "\x1b" not in room.text
        assert "\u202e" not in room.text


async def test_a_hostile_discovery_can_be_found_in_the_palette_without_being_markup() -> None:
    async with room_of(stories.hostile()) as room:
        await room.press("colon")
        await room.type("hostile")
        assert "Go to hostile-0bad: [bold red]not bold[/]" in room.text


async def test_the_palette_runs_what_is_chosen() -> None:
    async with room_of(stories.empty()) as room:
        await room.press("ctrl+p")
        await room.type("start a")
        await room.press("enter")
        assert "Start a task" in room.text


async def test_keys_can_be_remapped_by_their_ids() -> None:
    async with room_of(stories.empty(), keymap={"start_task": "s"}) as room:
        await room.press("s")
        assert "Start a task" in room.text


async def test_an_alarm_is_set_only_while_something_on_screen_changes_by_itself() -> None:
    async with room_of(stories.busy()) as room:
        assert screen_of(room).ticking
    async with room_of(stories.empty()) as room:
        assert not screen_of(room).ticking


async def test_a_discovery_of_another_task_does_not_show() -> None:
    async with room_of(stories.busy()) as room:
        other = Discovery(id="o", task_id="other", agent_id="a", text="elsewhere", at=NOW)
        told = EventData(discovery=other)
        await room.hear(event(9, 0, "discovery.shared", "", told))
        assert screen_of(room).lists.tables["discoveries"].total == 3


async def test_the_theme_changes_with_a_key() -> None:
    async with room_of(stories.empty()) as room:
        before = room.app.theme
        await room.press("t")
        assert room.app.theme != before
        await room.press("t")
        assert room.app.theme == before
