"""The dialog that interrupts workers."""

from msgspec.structs import replace
from textual import events

from orchestra_core.events import EventData
from orchestra_core.replies.workers import WorkerStart
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import TASK, Told, event, mail, presence
from tests.support.gallery.scenes import ANSWERS, FixedTools, settle
from tests.support.room.headless_room import calls_of, room_of


async def test_i_sends_an_interrupt_and_shows_its_progress() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        await room.type("Use S256")
        await room.press("ctrl+r", "ctrl+s")
        assert calls_of(room.tools, "interrupt_worker") == [
            {"task_id": TASK, "chamber": "auth", "message": "Use S256", "requires": "stop"}
        ]
        assert "1 waiting to be stored" in room.text
        steps = ((), (30,), (30, 1_400), (30, 1_400, 2_500))
        kinds = ("interrupt.sent", "interrupt.posted", "interrupt.delivered", "interrupt.acted")
        shown = ("✓ sent", "✓ posted 30ms", "✓ delivered 1.4s", "✓ acted 2.5s")
        for seq, (kind, done, words) in enumerate(zip(kinds, steps, shown, strict=True), 9):
            letter = mail(2, "auth", "Use S256", sent=5_000, steps=done)
            await room.hear(event(seq, 0, kind, "auth", EventData(interrupt=letter)))
            assert words in room.text
        assert isinstance(room.app.screen, InterruptEditor)


async def test_capital_i_sends_to_every_live_chamber_of_the_task() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("I")
        await room.type("Stop and commit")
        await room.press("ctrl+s")
        sent = calls_of(room.tools, "interrupt_worker")
        assert sorted(str(call["chamber"]) for call in sent) == ["api", "auth", "database"]


async def test_enter_sends_and_another_enter_closes() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "j", "i")
        await room.type("Use S256")
        await room.press("ctrl+j")
        await room.type("only")
        await room.press("enter")
        (call,) = calls_of(room.tools, "interrupt_worker")
        assert call["message"] == "Use S256\nonly"
        await room.press("enter")
        assert isinstance(room.app.screen, RoomScreen)
        assert len(calls_of(room.tools, "interrupt_worker")) == 1


def with_failed_worker() -> Told:
    told = stories.busy()
    assert told.state is not None
    failed = replace(told.state.presence[f"{TASK}/auth"], state="failed")
    told.state.presence[failed.chamber_id] = failed
    return told


async def test_mail_that_nobody_reads_says_so_before_it_is_sent_and_waits_to_be_seen() -> None:
    async with room_of(with_failed_worker()) as room:
        for key in ("2", "g", "i", "h", "o", "enter"):
            room.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await settle(room.pilot)
        assert "Nobody reads this now in auth (its worker has failed)." in room.text
        assert "That key was pressed before this appeared" in room.text
        assert calls_of(room.tools, "interrupt_worker") == []
        await room.press("enter")
        assert len(calls_of(room.tools, "interrupt_worker")) == 1


async def test_enter_twice_on_a_failed_workers_row_asks_it_to_go_on() -> None:
    async with room_of(with_failed_worker()) as room:
        await room.press("2", "g")
        assert "enter: retry" in room.text
        await room.press("enter")
        assert "Continue where you stopped." in " ".join(room.text.split())
        await room.press("enter")
        [call] = calls_of(room.tools, "interrupt_worker")
        assert call["message"] == "Your last turn ended in an error. Continue where you stopped."


async def test_the_warning_follows_the_worker() -> None:
    async with room_of(stories.busy()) as room:
        screen = room.app.screen
        assert isinstance(screen, RoomScreen)
        screen.lists.tables["chambers"].select(f"{TASK}/auth")
        await room.press("2", "i")
        assert "Nobody reads this now" not in room.text
        ended = presence("auth", "", "", since=0)
        assert room.source.sink is not None
        room.source.sink.presence_changed(replace(ended, state="finished"))
        await settle(room.pilot)
        assert "Nobody reads this now in auth (its worker has ended)." in room.text


async def test_a_message_is_sent_once_however_often_the_key_is_pressed() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        await room.type("Once")
        await room.pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await room.press("ctrl+s")
        assert len(calls_of(room.tools, "interrupt_worker")) == 1


async def test_a_worker_is_started_with_the_message_where_nobody_would_read_it() -> None:
    told = stories.busy()
    assert told.state is not None
    failed = replace(told.state.presence[f"{TASK}/auth"], state="failed")
    told.state.presence[failed.chamber_id] = failed
    started = WorkerStart(
        next_step="Wait.", task_id=TASK, chamber="auth", agent="claude", policy="edits",
        state="asked", already_running=False,
    )  # fmt: skip
    tools = FixedTools({**ANSWERS, "start_worker": started})
    async with room_of(told, tools=tools) as room:
        await room.press("2", "g", "i")
        assert "ctrl+o sends it and starts a worker." in " ".join(room.text.split())
        await room.type("Go on")
        await room.press("ctrl+o")
        changes = [name for name, _ in tools.calls if name != "get_parallel_status"]
        assert changes[-2:] == ["interrupt_worker", "start_worker"]
        assert calls_of(tools, "start_worker") == [{"task_id": TASK, "chamber": "auth"}]
        assert room.said == ["auth: a worker is starting (claude)"]


async def test_no_second_worker_is_started_where_one_reads() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "g", "i")
        assert "ctrl+o" not in room.text
        await room.type("Go on")
        await room.press("ctrl+o")
        assert "A worker is there already; enter sends." in room.text
        assert calls_of(room.tools, "interrupt_worker") == []
