"""git processes: how they are started, under which identity, and which are still running."""
