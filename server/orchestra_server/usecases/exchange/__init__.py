"""Exchange: the work of one task that travels between the clones which have its chambers."""
