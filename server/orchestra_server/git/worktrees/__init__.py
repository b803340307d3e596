"""Chambers' worktrees: add, fill, relink and quarantine them."""
