"""Says in one line why a key cannot act now."""

from orchestra_tui.key_bindings import key_of
from orchestra_tui.screens.app_base import AppBase

NO_CHAMBER = "no chamber selected; press 2 to go to Chambers"


def say_why_not(app: AppBase, action: str, why: str) -> None:
    """Say why a key cannot act."""
    key = key_of(action)
    app.say(f"{key.first} ({key.label}): {why}", problem=True)
