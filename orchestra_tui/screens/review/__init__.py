"""The screen on which a chamber's changes are reviewed."""
