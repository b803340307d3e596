"""Reads a worktree's whole state, with its uncommitted work, without changing it."""
