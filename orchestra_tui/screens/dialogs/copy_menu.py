"""The menu of texts to copy; the terminal puts the text on the clipboard (OSC 52)."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from orchestra_core.text import one_line
from orchestra_tui.presentation.choices.copy_choices import COPY_KEYS, CopyChoice
from orchestra_tui.screens.dialogs.dialog import Dialog

_SHOWN = 48  # characters of a text


class CopyMenu(Dialog):
    """One line for each choice; its key copies it, and y or enter the first one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"copy('{key}')", show=False) for key in COPY_KEYS),
        Binding("y,enter", "copy('')", "Copy", show=False, id="dialog.copy_first"),
    ]

    def __init__(self, choices: Sequence[CopyChoice]) -> None:
        super().__init__("Copy", "y or enter the first   esc close")
        self._choices = choices

    def fields(self) -> Iterable[Widget]:
        """Yield the choices."""
        width = max(len(choice.label) for choice in self._choices)
        parts: list[tuple[str, str]] = []
        for choice in self._choices:
            parts.append((f"{choice.key}  ", "$accent"))
            parts.append((f"{choice.label:<{width}}  ", ""))
            parts.append((f"{one_line(choice.text, _SHOWN)}\n", "$text-muted"))
        yield Static(Content.assemble(*parts).rstrip())

    def action_copy(self, key: str) -> None:
        """Copy the text of a key, or the first one; a key without a choice does nothing."""
        for choice in self._choices:
            if choice.key == (key or choice.key):
                self.app.copy_to_clipboard(choice.text)
                self.app.say(f"Copied the {choice.label}: {one_line(choice.text, _SHOWN)}")
                self.dismiss()
                return
