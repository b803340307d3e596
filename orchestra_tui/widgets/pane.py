"""A pane: a thin border with a title and a count, which shows whether the focus is inside."""

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget


class Pane(Vertical):
    """Holds one widget and draws its border, which painting the widget never repaints."""

    DEFAULT_CSS = """
    Pane {
        background: $background;
        border: round $border-blurred;
        border-title-color: $foreground-muted;
        border-subtitle-color: $foreground-muted;
        border-title-style: none;
        &:focus-within {
            border: round $border;
            border-title-color: $foreground;
            border-title-style: bold;
        }
    }
    """

    def __init__(
        self,
        *children: Widget,
        title: str,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(*children, id=id, classes=classes)
        self._title = title
        self._count = ""
        self._note = ""
        self._write()

    def set_title(self, title: str) -> None:
        """Change the title."""
        self._title = title
        self._write()

    def set_count(self, shown: int, total: int | None = None) -> None:
        """Show how many there are: `12`, or `3 of 12` if a filter hides some."""
        self._count = f"{shown} of {total}" if total not in (None, shown) else str(shown)
        self._write()

    def set_note(self, note: str) -> None:
        """Show a note at the lower edge, such as the current filter; empty for none."""
        self._note = note
        self._write()

    def _write(self) -> None:
        title = Content(" ".join(part for part in (self._title, self._count) if part))
        if self.border_title != title:
            self.border_title = title
        if self.border_subtitle != Content(self._note):
            self.border_subtitle = Content(self._note)
