"""The room's own widgets: they draw lines that presentation made, and post messages.

Attributes go down, messages come up; no widget knows the store, the server or the application.
"""
