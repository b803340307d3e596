"""How many keys the operator needs: each test presses no others, and begins at the start."""

from collections.abc import Sequence

from msgspec.structs import replace

from orchestra_core.replies.interrupts import SentInterrupt
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, TASK, Told
from tests.support.gallery.scenes import ANSWERS, FixedTools
from tests.support.room.headless_room import calls_of, room_of
from tests.support.samples.documents import a_request
from tests.support.samples.landing_answers import LANDED
from tests.support.samples.reviews import chamber_diff
from tests.support.samples.tool_answers import answered_request, sent_interrupt

SENT: SentInterrupt = sent_interrupt("i2")


async def calls_after(
    told: Told, tools: FixedTools, keys: Sequence[str], tool: str
) -> Sequence[dict[str, object]]:
    """Return the calls of a tool after some keys; a key of more than one letter in < > is text."""
    async with room_of(told, tools=tools) as room:
        for key in keys:
            if key.startswith("<"):
                await room.type(key[1:-1])
            else:
                await room.press(key)
        return calls_of(tools, tool)


async def test_a_permission_of_any_worker_is_answered_with_two_keys() -> None:
    told = stories.busy()
    assert told.state is not None
    told.state.put(replace(a_request(), task_id=TASK, chamber="database", asked_at=NOW - 5_000))
    tools = FixedTools({"answer_request": answered_request("r-1", "allow")})
    (answer,) = await calls_after(told, tools, ("A", "1"), "answer_request")
    assert answer == {"request_id": "r-1", "answer": "allow"}


async def test_a_worker_is_written_to_with_two_keys_and_the_text() -> None:
    tools = FixedTools(ANSWERS)
    (sent,) = await calls_after(
        stories.busy(), tools, ("i", "<Use S256>", "enter"), "interrupt_worker"
    )
    assert sent["message"] == "Use S256"


async def test_a_line_is_commented_on_with_four_keys_and_the_text() -> None:
    tools = FixedTools({**ANSWERS, "review_chamber": chamber_diff()})
    keys = ("d", "c", "<why so long>", "enter", "s")
    (sent,) = await calls_after(stories.busy(), tools, keys, "interrupt_worker")
    assert "why so long" in str(sent["message"])


async def test_a_task_lands_with_two_keys() -> None:
    tools = FixedTools({**ANSWERS, **LANDED})
    calls = await calls_after(stories.busy(), tools, ("L", "enter"), "complete_task")
    assert calls[-1]["dry_run"] is False
