"""reconcile: compares the store, git and the disk, and repairs differences; destroys nothing.

`observe` gathers facts, `diagnose` decides from those facts alone, and `repair` acts.
"""
