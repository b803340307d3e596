"""Clones: which clones there are, when each was last heard, and which one a chamber belongs to."""
