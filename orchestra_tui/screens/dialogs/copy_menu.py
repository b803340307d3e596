"""The menu of what can be copied; the terminal takes it to the clipboard (OSC 52)."""

from collections.abc import Iterable, Sequence

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from orchestra_core.text import one_line
from orchestra_tui.key_bindings import key_of
from orchestra_tui.presentation.copy_choices import CopyChoice
from orchestra_tui.screens.dialogs.dialog import Dialog

_SHOWN = 48  # characters of a text


class CopyMenu(Dialog):
    """One line for each choice; its key copies it, and the menu's own key the first one."""

    def __init__(self, choices: Sequence[CopyChoice]) -> None:
        first = key_of("copy").first
        super().__init__("Copy", f"{first} or enter the first   esc close")
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

    def on_key(self, event: events.Key) -> None:
        """Copy what the key stands for."""
        chosen = [choice for choice in self._choices if choice.key == event.character]
        if not chosen and (event.key == "enter" or event.character == key_of("copy").first):
            chosen = [self._choices[0]]
        if chosen:
            event.stop()
            self._copy(chosen[0])

    def _copy(self, choice: CopyChoice) -> None:
        self.app.copy_to_clipboard(choice.text)
        self.app.say(f"Copied the {choice.label}: {one_line(choice.text, _SHOWN)}")
        self.dismiss()
