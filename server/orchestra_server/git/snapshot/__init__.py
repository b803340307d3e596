"""A worktree's whole state, uncommitted work included, read without touching it."""
