"""Workers that Orchestra starts: asked for and stopped by tools, run by the daemon."""
