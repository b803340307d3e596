"""Conflicts: the monitor that checks changing chambers, and the tool that lists conflicts."""
