"""The room's own widgets: they draw lines from what presentation hands them and report what was done.

Attributes go down, messages come up; no widget knows the store, the server or the application.
"""
