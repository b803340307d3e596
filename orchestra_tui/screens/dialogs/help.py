"""The help screen: every key, from the one table, with a search."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Grid, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from orchestra_tui.key_bindings import GROUPS, Key, in_group
from orchestra_tui.screens.dialogs.dialog import Dialog

_KEY_WIDTH = 13
_READING = "/ search   j k scroll   esc close"
_SEARCHING = "enter keep   esc all keys"


class Help(Dialog):
    """All keys by group; scrolls if the terminal is small."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q", "leave", "Close", id="dialog.help"),
        Binding("slash", "search", "Search", id="dialog.search"),
        Binding("j", "scroll(1)", "Down", id="dialog.down"),
        Binding("k", "scroll(-1)", "Up", id="dialog.up"),
    ]

    def __init__(self) -> None:
        super().__init__("Keys", _READING)

    def fields(self) -> Iterable[Widget]:
        """Yield the search line and the groups."""
        search_input = Input(placeholder="words of what a key does", id="search")
        search_input.cursor_blink = False
        yield search_input
        groups = [Static(id=f"group-{name}", classes="group") for name, _ in self.key_groups()]
        yield VerticalScroll(Grid(*groups), id="keys")

    def key_groups(self) -> Sequence[tuple[str, Sequence[Key]]]:
        """Return the groups and their keys."""
        return [(group, in_group(group)) for group in GROUPS]

    def on_mount(self) -> None:
        """Show all keys."""
        self._show("")

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#keys").scroll_relative(y=lines, animate=False)

    def action_search(self) -> None:
        """Ask for words, and show only the keys that match."""
        self._input.add_class("-shown")
        self._input.focus()
        self.say_hints(_SEARCHING)

    def action_leave(self) -> None:
        """Show all keys again, or close."""
        if self._input.has_class("-shown"):
            self._input.clear()
            self._input.remove_class("-shown")
            self._read()
        else:
            super().action_leave()

    @property
    def _input(self) -> Input:
        return self.query_one("#search", Input)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    @on(Input.Submitted)
    def _read(self) -> None:
        self.query_one("#keys").focus()
        self.say_hints(_READING)

    def _show(self, query: str) -> None:
        matches = 0
        for name, keys in self.key_groups():
            matching = [key for key in keys if matches_words(key, query)]
            group = self.query_one(f"#group-{name}", Static)
            group.update(group_text(name, matching))
            group.display = bool(matching)
            matches += len(matching)
        self.say_problem("" if matches else "No key matches.")


def matches_words(key: Key, query: str) -> bool:
    """Tell whether the words name a key, or its name or help contains each of them."""
    text = f"{key.label} {key.help}".casefold()
    by_name = query.strip() in key.display.split()
    return by_name or all(word in text for word in query.casefold().split())


def group_text(name: str, keys: Iterable[Key]) -> Content:
    """Return a group's title and its keys."""
    return Content.assemble((name, "bold"), "\n", keys_text(keys))


def keys_text(keys: Iterable[Key]) -> Content:
    """Return the keys and what they do, one per line."""
    lines = (
        Content.assemble((f"{key.display.ljust(_KEY_WIDTH)} ", "$accent"), key.help) for key in keys
    )
    return Content("\n").join(lines)
