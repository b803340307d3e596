"""The footer: the most important keys, as many as fit, each clickable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from orchestra_tui.key_bindings import Key, in_footer
from orchestra_tui.presentation.rows.cells import Cell
from orchestra_tui.widgets.line_widget import LineWidget

_GAP = "  "


class KeyFooter(LineWidget):
    """One line of keys; if space is short, the least used are left out first."""

    DEFAULT_CSS = """
    KeyFooter { height: 1; }
    """

    @dataclass
    class KeyPicked(Message):
        """A key was clicked."""

        action: str

    def __init__(self, keys: Callable[[], Sequence[Key]] = in_footer) -> None:
        super().__init__()
        self._keys = keys
        self._drawn: Sequence[Key] = ()

    def update(self) -> None:
        """Draw again if other keys can act now."""
        if self._keys() != self._drawn:
            self.refresh()

    def draw(self, y: int, width: int) -> Strip:
        """Return the keys and what they do."""
        del y
        cells = [Cell(" ")]
        self._drawn = self._keys()
        for key in fitting_keys(width, self._drawn):
            cells.extend((Cell(key.first, "accent"), Cell(f" {key.label}{_GAP}", "muted")))
        return self.strip_of(tuple(cells), width)

    def on_click(self, event: events.Click) -> None:
        """Find the key below the mouse."""
        x = 1
        for key in fitting_keys(self.size.width, self._keys()):
            if x <= event.x < x + _width(key):
                self.post_message(self.KeyPicked(key.action))
            x += _width(key)


def fitting_keys(width: int, keys: Sequence[Key] | None = None) -> list[Key]:
    """Return the keys of a footer, by default the room's, that fit in `width` cells."""
    shown: list[Key] = []
    space = width - 1
    for key in in_footer() if keys is None else keys:
        space -= _width(key)
        if space < 0:
            break
        shown.append(key)
    return shown


def _width(key: Key) -> int:
    return len(key.first) + 1 + len(key.label) + len(_GAP)
