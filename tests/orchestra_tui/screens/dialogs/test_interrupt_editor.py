"""The dialog that interrupts workers."""

from orchestra_core.events import EventData
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from tests.support import gallery_stories as stories
from tests.support.gallery_states import TASK, event, mail
from tests.support.room import calls_of, room_of


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


async def test_a_message_is_sent_once_however_often_the_key_is_pressed() -> None:
    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        await room.type("Once")
        await room.pilot.press("ctrl+s", "ctrl+s", "ctrl+s")
        await room.press("ctrl+s")
        assert len(calls_of(room.tools, "interrupt_worker")) == 1
