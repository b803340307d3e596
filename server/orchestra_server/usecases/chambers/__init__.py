"""Chambers: created, closed, restored, and looked at side by side."""
