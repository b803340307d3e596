"""One repository: its HEAD, its worktrees' status, and how its commits relate."""
