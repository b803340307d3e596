"""reconcile: the store, git and the disk compared, and what differs mended; nothing is destroyed.

`looking` gathers facts, `differences` decides on them alone, `mending` acts.
"""
