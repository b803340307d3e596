"""Repositories, stores and servers to measure in."""
