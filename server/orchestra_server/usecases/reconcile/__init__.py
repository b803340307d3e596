"""reconcile: compares the store, git and the disk and repairs what differs; destroys nothing.

`observe` gathers facts, `diagnose` decides from them alone, `repair` acts.
"""
