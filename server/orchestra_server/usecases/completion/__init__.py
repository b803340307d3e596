"""Completion: a task's work committed, merged and landed, or tried without doing it."""
