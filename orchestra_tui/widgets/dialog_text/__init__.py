"""Widgets for text in dialogs."""
