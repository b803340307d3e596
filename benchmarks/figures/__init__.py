"""Samples, their spread, and how they are shown and kept."""
