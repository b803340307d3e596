"""Merges that need no git process of their own: the sides changed different files."""
