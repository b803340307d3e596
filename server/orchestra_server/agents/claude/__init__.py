"""Claude Code, by the control protocol of its stream-json mode."""
