"""Completion: commit, merge and land a task's work, or say what would happen."""
