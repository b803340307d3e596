"""Chambers: creating, closing, restoring, and showing them side by side."""
