"""Conflicts: the monitor that follows chambers as they change, and the question of one caller."""
