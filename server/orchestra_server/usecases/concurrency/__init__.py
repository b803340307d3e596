"""Locks between processes, and background tasks within one."""
