"""Rows of the room: opening, keys, memory, review."""
