"""The demo's stories as data."""
