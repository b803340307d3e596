"""Merges branches in the object database and moves the target branch by one fast-forward."""
