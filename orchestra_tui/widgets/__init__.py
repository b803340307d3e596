"""The room's own widgets: they draw the lines that presentation hands them and say what was done.

Attributes go down, messages come up; no widget knows the store, the server or the application.
"""
