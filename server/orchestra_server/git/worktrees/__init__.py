"""Chambers' worktrees: added, quarantined, linked again, and furnished with files."""
