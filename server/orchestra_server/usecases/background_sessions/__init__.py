"""Sessions of Claude Code in the background that wait for a person before any hook has run."""
