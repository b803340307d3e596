"""Conflicts: the monitor that checks chambers as they change, and the tool that lists conflicts."""
