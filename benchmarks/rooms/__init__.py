"""Rooms to measure, and what sends them events."""
