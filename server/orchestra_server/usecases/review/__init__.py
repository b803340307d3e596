"""Reads a chamber's work for a review: what it changed, and since when."""
