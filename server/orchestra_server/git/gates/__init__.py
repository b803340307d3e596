"""Where gates run: a scratch worktree, prepared once and used again."""
