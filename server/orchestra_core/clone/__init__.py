"""Clones: the notes in their git directories, their ids and places, and where chambers are."""
