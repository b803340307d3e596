"""git as a process: how it is started, under which identity, and which are still running."""
