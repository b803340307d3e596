"""The dialog that answers a worker: by number, with words, and who is first."""

import json

from msgspec.structs import replace

from orchestra_core.events import EventData
from orchestra_core.models import WorkerRequest
from orchestra_tui.screens.dialogs.request_dialog import RequestDialog
from orchestra_tui.screens.room.room_screen import RoomScreen
from tests.support.gallery import scene_stories as stories
from tests.support.gallery.scene_states import NOW, TASK, event
from tests.support.gallery.scenes import SMALL, FixedTools
from tests.support.room.headless_room import Room, calls_of, room_of
from tests.support.samples.documents import a_question, a_request
from tests.support.samples.tool_answers import answered_request

RUN = replace(a_request(), task_id=TASK, asked_at=NOW - 5_000)
CHANGE = {"file_path": "/etc/hosts", "old_string": "old line", "new_string": "new line"}
EDIT = replace(RUN, tool="Edit", tool_input=json.dumps(CHANGE), like="")
ASKED = replace(a_question("r-1"), task_id=TASK, asked_at=NOW - 5_000)


def tools() -> FixedTools:
    return FixedTools({"answer_request": answered_request("r-1", "allow")})


def several() -> WorkerRequest:
    sizes = [{"label": label} for label in ("S", "M", "L")]
    questions = [
        {"question": "Which sizes?", "options": sizes, "multiSelect": True},
        {"question": "Which colour?", "options": [{"label": "Blue"}, {"label": "Red"}]},
    ]
    return replace(ASKED, tool_input=json.dumps({"questions": questions}))


async def asks(room: Room, request: WorkerRequest) -> None:
    """Let auth's worker ask, and open the dialog."""
    await room.press("2")
    await room.hear(event(9, 0, "request.asked", "auth", EventData(request=request)))
    await room.press("enter")
    assert isinstance(room.app.screen, RequestDialog)


def answers(room: Room) -> list[dict[str, object]]:
    return list(calls_of(room.tools, "answer_request"))


async def test_a_permission_shows_all_that_is_asked_and_is_allowed_by_number() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, RUN)
        assert "auth asks for Bash" in room.text
        assert "npm test" in room.text
        assert "2  allow, and from now on in this chamber: Bash(npm test:*)" in room.text
        await room.press("9", "1")
        assert answers(room) == [{"request_id": "r-1", "answer": "allow"}]
        assert room.said == ["auth: allow"]
        assert isinstance(room.app.screen, RoomScreen)


async def test_the_like_of_a_call_can_be_allowed() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, RUN)
        await room.press("2")
        assert answers(room) == [{"request_id": "r-1", "answer": "allow-like"}]


async def test_an_edit_shows_what_goes_and_what_comes_and_is_denied_with_words() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, EDIT)
        assert "- old line" in room.text
        assert "+ new line" in room.text
        await room.press("2")
        await room.type("leave it 1")
        await room.press("enter")
        assert answers(room) == [{"request_id": "r-1", "answer": "deny", "words": "leave it 1"}]


async def test_escape_takes_back_the_words_and_then_leaves_the_request_open() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, EDIT)
        await room.press("2", "escape")
        assert isinstance(room.app.screen, RequestDialog)
        await room.press("escape")
        assert isinstance(room.app.screen, RoomScreen)
        assert answers(room) == []


async def test_a_question_is_answered_by_the_number_of_an_option() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, ASKED)
        assert "1  Blue: as the sky" in room.text
        await room.press("2")
        assert answers(room) == [{"request_id": "r-1", "answer": "choose", "choices": ["Red"]}]
        assert room.said == ["auth: Red"]


async def test_a_question_takes_own_words_but_not_none() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, ASKED)
        await room.press("3", "enter")
        assert "Type an answer" in room.text
        await room.type("Green")
        await room.press("enter")
        assert answers(room) == [{"request_id": "r-1", "answer": "choose", "choices": ["Green"]}]


async def test_a_question_can_be_denied() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, ASKED)
        await room.press("4", "enter")
        assert answers(room) == [{"request_id": "r-1", "answer": "deny"}]


async def test_several_questions_follow_each_other_and_options_can_be_marked() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, several())
        assert "question 1 of 2" in room.text
        assert "number mark" in room.text
        await room.press("enter", "1", "2", "3", "2")
        assert "● 1  S" in room.text
        assert "● 2  M" not in room.text
        await room.press("enter")
        assert "question 2 of 2" in room.text
        assert answers(room) == []
        await room.press("1")
        expected = {"request_id": "r-1", "answer": "choose", "choices": ["S, L", "Blue"]}
        assert answers(room) == [expected]


async def test_the_dialog_says_who_was_quicker() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, RUN)
        over = replace(RUN, state="answered", answer="allow", answered_by="conductor")
        await room.hear(event(10, 0, "request.answered", "auth", EventData(request=over)))
        assert "answered by conductor: allow" in room.text
        await room.press("1")
        assert answers(room) == []
        await room.press("escape")
        assert isinstance(room.app.screen, RoomScreen)


async def test_the_dialog_says_why_a_request_was_withdrawn() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, RUN)
        gone = replace(RUN, state="withdrawn", note="its worker's turn has ended")
        await room.hear(event(10, 0, "request.withdrawn", "auth", EventData(request=gone)))
        assert "withdrawn: its worker's turn has ended" in room.text


async def test_text_of_an_agent_is_not_markup() -> None:
    async with room_of(stories.busy(), tools=tools()) as room:
        await asks(room, replace(RUN, tool_input=json.dumps({"command": "echo [red]x[/red]"})))
        assert "echo [red]x[/red]" in room.text


async def test_what_is_asked_can_be_read_to_its_end_in_a_small_terminal() -> None:
    script = "\n".join(f"step {number}" for number in range(40))
    async with room_of(stories.busy(), tools=tools(), size=SMALL) as room:
        await asks(room, replace(RUN, tool_input=json.dumps({"command": script})))
        assert "j k scroll" in room.text
        assert "step 39" not in room.text
        await room.press("pagedown", "pagedown", "pagedown", "j", "j", "j")
        assert "step 39" in room.text
        await room.press("1")
        assert answers(room) == [{"request_id": "r-1", "answer": "allow"}]
