"""The editor of a comment, whatever the speed of typing."""

import pytest

from orchestra_tui.widgets.review.comment_editor import CommentEditor
from tests.support.room.widget_stage import WidgetStage, mounted

TYPED = ("w", "h", "y")


@pytest.mark.parametrize(
    ("keys", "done"),
    [
        ((*TYPED, "enter"), ["why"]),
        ((*TYPED, "ctrl+j", "s", "o", "enter"), ["why\nso"]),
        ((*TYPED, "escape"), [""]),
        (("space", "enter"), [""]),
    ],
)
async def test_enter_keeps_what_was_typed_before_it_and_escape_drops_it(
    keys: tuple[str, ...], done: list[str]
) -> None:
    heard: list[str] = []
    editor = CommentEditor(heard.append)
    async with WidgetStage(editor).run_test(size=(40, 8)) as pilot:
        await mounted(pilot)
        editor.open("Comment on a.py:3")
        assert editor.has_focus
        await pilot.press(*keys)
        assert heard == done
        assert not editor.has_class("-open")


async def test_a_comment_that_is_there_is_changed_from_its_end() -> None:
    heard: list[str] = []
    editor = CommentEditor(heard.append)
    async with WidgetStage(editor).run_test(size=(40, 8)) as pilot:
        await mounted(pilot)
        editor.open("Comment on a.py:3", "why")
        await pilot.press("?", "enter")
        assert heard == ["why?"]
