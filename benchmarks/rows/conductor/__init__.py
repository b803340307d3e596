"""Rows of what a conductor and its tools wait for."""
