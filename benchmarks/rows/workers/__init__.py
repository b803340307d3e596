"""Rows of what a worker waits for: hooks, messages, answers."""
