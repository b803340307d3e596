"""The three lists follow the state and the selected task."""

from orchestra_core.events import EventData
from orchestra_core.models import Discovery
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.board_story import board
from tests.support.gallery.scene_states import NOW, TASK, Told, chamber, event, state_of, task
from tests.support.room.headless_room import Room, room_of


def screen_of(room: Room) -> RoomScreen:
    screen = room.app.screen
    assert isinstance(screen, RoomScreen)
    return screen


async def test_chambers_and_discoveries_are_those_of_all_tasks_or_of_the_selected_one() -> None:
    async with room_of(stories.busy()) as room:
        tables = screen_of(room).lists.tables
        await room.press("j")
        assert (tables["chambers"].total, tables["discoveries"].total) == (3, 3)
        await room.press("v")
        assert tables["chambers"].total == 0
        await room.press("k")
        assert tables["chambers"].total == 3
        await room.press("j", "v")
        assert tables["chambers"].total == 3


async def test_chambers_that_ended_today_are_one_line_until_they_are_asked_for() -> None:
    async with room_of(board()) as room:
        note = "3 landed today: ndjson-writer, cli-exit-codes, cli-help"
        assert f"{note} · 1 dropped and saved: xml-output · a shows them" in room.text
        assert "LANDED" not in room.text
        await room.press("a")
        assert note not in room.text
        assert screen_of(room).lists.tables["chambers"].total == 11


async def test_a_task_whose_only_chamber_has_ended_says_so() -> None:
    gone = chamber("docs", state="closed", note="its work is merged into main")
    async with room_of(Told(state=state_of(task(), gone, seq=1))) as room:
        assert "No chamber is open. 1 landed today: docs · a shows them." in room.text


async def test_the_last_chamber_that_lands_is_named_where_no_other_is_open() -> None:
    earlier = chamber("docs", state="closed", note="its work is merged into main")
    last = chamber("web")
    landed = chamber("web", state="closed", note="its work is merged into main")
    async with room_of(Told(state=state_of(task(), earlier, last, seq=1))) as room:
        await room.hear(event(2, 0, "chamber.closed", "web", EventData(chamber=landed)))
        assert "No chamber is open. 2 landed today: " in room.text


async def test_a_new_chamber_shows_without_a_key_press() -> None:
    async with room_of(stories.busy()) as room:
        late = chamber("late", created=0)
        told = EventData(chamber=late)
        await room.hear(event(9, 0, "chamber.created", "late", told))
        assert screen_of(room).lists.tables["chambers"].total == 4


async def test_the_cursor_stays_on_its_task_when_another_is_added_above() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("j")
        table = screen_of(room).lists.tables["tasks"]
        before = table.cursor_key
        new = task("newest", "Newest of all", started=0)
        await room.hear(event(9, 0, "task.started", data=EventData(task=new)))
        assert table.cursor_key == before
        assert table.total == 4


async def test_a_discovery_of_another_task_is_not_listed() -> None:
    async with room_of(stories.busy()) as room:
        other = Discovery(id="o", task_id="other", agent_id="a", text="elsewhere", at=NOW)
        told = EventData(discovery=other)
        await room.hear(event(9, 0, "discovery.shared", "", told))
        await room.press("v")
        assert screen_of(room).lists.tables["discoveries"].total == 3


async def test_the_newest_discovery_stays_in_view_until_somebody_goes_to_another() -> None:
    def found(number: int) -> Discovery:
        return Discovery(id=f"n{number}", task_id=TASK, agent_id="a", text="new", at=NOW + number)

    async with room_of(stories.busy()) as room:
        table = screen_of(room).lists.tables["discoveries"]
        await room.hear(event(9, 0, "discovery.shared", data=EventData(discovery=found(1))))
        assert table.cursor_key == "n1"
        await room.press("3")
        await room.hear(event(10, 0, "discovery.shared", data=EventData(discovery=found(2))))
        assert table.cursor_key == "n1"
