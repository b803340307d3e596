"""A line table whose words for "nothing here" follow the room's state."""

from orchestra_tui.widgets.line_table import LineTable


class RoomTable(LineTable):
    """A table that can say something else when it is empty."""

    def say_when_empty(self, text: str) -> None:
        """Show `text` while there is no row."""
        if text != self._empty:
            self._empty = text
            if not self.line_count:
                self.refresh()
