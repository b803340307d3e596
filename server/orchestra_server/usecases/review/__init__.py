"""Reads a chamber's work as somebody reviews it: what it changed, and since when."""
