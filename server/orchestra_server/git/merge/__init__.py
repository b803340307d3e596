"""Branches merged in the object database, and the target branch moved forward once."""
