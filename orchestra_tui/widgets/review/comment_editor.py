"""The editor of one comment: enter keeps it, escape drops it."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType

from orchestra_tui.widgets.dialog_text.message_editor import NEWLINE_HINT, MessageEditor

Done = Callable[[str], None]


class CommentEditor(MessageEditor):
    """Hidden until `open`; `done` is called with the text, "" for nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Cancel", id="comment.drop"),
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
        super().__init__()
        self._done = done

    def open(self, title: str, text: str = "") -> None:
        """Open the editor with `text` in it."""
        self.border_title = title
        self.border_subtitle = f"enter keep   {NEWLINE_HINT}   esc cancel"
        self.text = text
        self.move_cursor(self.document.end)
        self.add_class("-open")
        self.screen.set_focus(self)  # at once: the next key may already be for this editor

    @on(MessageEditor.Sent)
    def _keep(self, event: MessageEditor.Sent) -> None:
        """Keep the text; an empty one counts as no comment."""
        event.stop()
        self._close(self.text.strip())

    def action_drop(self) -> None:
        """Drop the text."""
        self._close("")

    def _close(self, text: str) -> None:
        self.remove_class("-open")
        self._done(text)
