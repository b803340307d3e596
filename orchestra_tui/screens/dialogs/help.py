"""The help screen: every key, from the one table."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from orchestra_tui.key_bindings import GROUPS, Group, Key, in_group
from orchestra_tui.screens.dialogs.dialog import Dialog

_KEY_WIDTH = 13


class Help(Dialog):
    """All keys by group; it scrolls where the terminal is small."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q", "leave", "Close", id="dialog.help"),
        Binding("j", "scroll(1)", "Down", id="dialog.down"),
        Binding("k", "scroll(-1)", "Up", id="dialog.up"),
    ]

    def __init__(self) -> None:
        super().__init__("Keys", "j k scroll   esc close")

    def fields(self) -> Iterable[Widget]:
        """Yield the groups."""
        groups = [Static(group_text(group), classes="group") for group in GROUPS]
        yield VerticalScroll(Grid(*groups), id="keys")

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#keys").scroll_relative(y=lines, animate=False)


def group_text(group: Group) -> Content:
    """Return a group's title and its keys."""
    return Content.assemble((group, "bold"), "\n", keys_text(in_group(group)))


def keys_text(keys: Iterable[Key]) -> Content:
    """Return each key and what it does, below each other."""
    lines = (
        Content.assemble((f"{key.display.ljust(_KEY_WIDTH)} ", "$accent"), key.help) for key in keys
    )
    return Content("\n").join(lines)
