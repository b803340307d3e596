"""What all dialogs share."""

import asyncio
from collections.abc import Mapping

import pytest
from msgspec import Raw
from textual.containers import Vertical

from orchestra_core.errors import Refused
from orchestra_tui.screens.dialogs.interrupt_editor import InterruptEditor
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.room.headless_room import room_of

ROUNDS = 20  # of the event loop, in which the answer gets to the dialog
REFUSAL = "chamber 'auth' is closed"


@pytest.mark.parametrize("refusal", ["", REFUSAL])
async def test_a_call_that_is_answered_while_its_dialog_closes_leaves_the_room_as_it_is(
    refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = asyncio.Event()
    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        editor, call = room.app.screen, room.tools.call
        assert isinstance(editor, InterruptEditor)

        async def answer(tool: str, arguments: Mapping[str, object]) -> Raw:
            if tool == "interrupt_worker":
                await closing.wait()
                if refusal:
                    raise Refused(refusal)
            return await call(tool, arguments)

        async def close_slowly(_box: Vertical) -> None:
            assert editor.is_attached
            assert not editor.query("#hints")
            closing.set()
            for _ in range(ROUNDS):
                await asyncio.sleep(0)

        monkeypatch.setattr(room.tools, "call", answer)
        await room.type("Use S256")
        await room.pilot.press("ctrl+s")  # not until all is settled: the call is not answered
        with monkeypatch.context() as patch:
            patch.setattr(Vertical, "on_unmount", close_slowly, raising=False)
            await room.press("escape")
        assert closing.is_set()
        assert isinstance(room.app.screen, RoomScreen)
        assert (REFUSAL in room.text) == bool(refusal)


async def test_a_room_that_ends_before_a_dialogs_call_is_answered_ends_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(_tool: str, _arguments: Mapping[str, object]) -> Raw:
        await asyncio.Event().wait()
        raise AssertionError

    async with room_of(stories.busy()) as room:
        await room.press("2", "i")
        monkeypatch.setattr(room.tools, "call", never)
        await room.type("Use S256")
        await room.pilot.press("ctrl+s")
