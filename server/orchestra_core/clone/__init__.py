"""Clones: what one notes in its git directory, its id and its place, and where chambers are."""
