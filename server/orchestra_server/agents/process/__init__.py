"""The process of an agent: its lines, its input, and an end that leaves nothing behind."""
