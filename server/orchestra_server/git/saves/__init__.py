"""Saved work: commits under `refs/orchestra/saved/`, and worktrees restored from them."""
