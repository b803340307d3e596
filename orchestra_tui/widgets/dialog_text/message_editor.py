"""A small editor in which enter sends, as in Claude Code; other keys begin a new line."""

from textual import events
from textual.message import Message
from textual.widgets import TextArea

# ctrl+j works in every terminal, the others in those with a newer keyboard protocol. A backslash
# before enter works everywhere, too.
NEWLINE_HINT = "ctrl+j new line"
NEWLINE_KEYS = ("ctrl+j", "shift+enter", "alt+enter")


class MessageEditor(TextArea):
    """Takes a message of several lines."""

    class Sent(Message):
        """Enter was pressed."""

    def __init__(self) -> None:
        super().__init__(soft_wrap=True, show_line_numbers=False)
        self.cursor_blink = False

    def on_key(self, event: events.Key) -> None:
        """Send, or begin a new line; every other key goes to the editor."""
        if self.read_only or event.key not in ("enter", *NEWLINE_KEYS):
            return
        event.stop()
        event.prevent_default()
        row, column = self.cursor_location
        start, end = self.selection
        if event.key != "enter":
            self.replace("\n", start, end, maintain_selection_offset=False)
        elif column and self.document.get_line(row)[column - 1] == "\\":
            before = (row, column - 1)
            self.replace("\n", before, (row, column), maintain_selection_offset=False)
        else:
            self.post_message(self.Sent())
