"""Where gates run: a worktree of their own, prepared once and used again."""
