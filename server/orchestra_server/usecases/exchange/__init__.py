"""The exchange: how the work of one task travels between the clones that have its chambers."""
