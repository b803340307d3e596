"""The table of keys as Textual's bindings."""

from textual.binding import Binding, BindingType

from orchestra_tui.key_bindings import KEYS


def room_bindings() -> list[BindingType]:
    """Return one binding for each key of the table; its id is what a keymap names."""
    return [
        Binding(key.keys, key.action, key.label, show=False, tooltip=key.help, id=key.id)
        for key in KEYS
    ]
