"""The process of an agent: its output, its input, and an end that leaves nothing behind."""
