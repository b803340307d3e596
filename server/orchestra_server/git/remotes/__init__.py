"""Remotes: their addresses, which clones compare, and Orchestra's own refs there."""
