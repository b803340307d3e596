"""Chambers' worktrees: added, quarantined, linked again, and filled with included files."""
