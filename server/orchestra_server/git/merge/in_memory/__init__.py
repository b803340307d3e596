"""Merges of sides that changed different files, without a git process for each merge."""
