"""What each verb of the server answers: declared once, for the server, the room and the demo.

The server derives each tool's output schema and structured content from these classes, and a
class's docstring is its description there. The room and the demo decode answers into them with
msgspec, which passes over fields it does not know: a field may be added, never renamed or removed.

Every path is absolute and real. Every time is UTC in ISO 8601, "" when it has not come yet.
"""
