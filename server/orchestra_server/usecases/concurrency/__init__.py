"""Locks between processes, and tasks in the background of one."""
