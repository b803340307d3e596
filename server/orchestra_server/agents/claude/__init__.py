"""Claude Code, through the control protocol of its stream-json mode."""
