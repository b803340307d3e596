"""Remotes: their addresses, which clones compare, and refs of our own that are put there."""
