"""Chambers as git sees them: worktrees, branches, saved work, merges. Only this folder runs git."""
