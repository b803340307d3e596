"""The screens: the room itself, and the dialogs that stand before it."""
