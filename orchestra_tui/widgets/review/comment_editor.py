"""The editor of one comment: enter keeps it, escape drops it."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import TextArea

from orchestra_tui.widgets.typed import keys_handled

Done = Callable[[str], None]


class CommentEditor(TextArea):
    """Hidden until `open`; a newline has keys of its own, so that enter can keep the comment.

    `done` gets what was written, "" for nothing, before the next key is handled.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "Keep", priority=True, id="comment.keep"),
        Binding("shift+enter,alt+enter,ctrl+j", "newline", "New line", priority=True),
        Binding("escape", "drop", "Cancel", priority=True, id="comment.drop"),
    ]
    DEFAULT_CSS = """
    CommentEditor {
        display: none;
        height: 5;
        border: round $border;
        background: $background;
        padding: 0 1;
        &:focus { border: round $border; }
        &.-open { display: block; }
        .text-area--cursor-line { background: $background; }
    }
    """

    def __init__(self, done: Done) -> None:
        super().__init__(id="comment", soft_wrap=True, show_line_numbers=False)
        self.cursor_blink = False
        self._done = done

    def open(self, title: str, text: str = "") -> None:
        """Let somebody write; `text` is what is there already."""
        self.border_title = title
        self.border_subtitle = "enter keep   ctrl+j new line   esc cancel"
        self.text = text
        self.move_cursor(self.document.end)
        self.add_class("-open")
        self.screen.set_focus(self)  # at once: the next key may already be for this editor

    async def action_keep(self) -> None:
        """Keep what is written; an empty text is none."""
        await keys_handled(self)
        self._close(self.text.strip())

    async def action_drop(self) -> None:
        """Drop what is written."""
        await keys_handled(self)
        self._close("")

    async def action_newline(self) -> None:
        """Begin another line."""
        await keys_handled(self)
        self.insert("\n")

    def _close(self, text: str) -> None:
        self.remove_class("-open")
        self._done(text)
