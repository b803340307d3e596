"""The answer of each tool and command: declared once, for the server, the room and the demo.

The server derives each tool's output schema and structured content from these classes; a class's
docstring becomes its description. The room and the demo decode answers into them with msgspec,
which ignores unknown fields: a field may be added, never renamed or removed.

Every path is absolute and real. Every time is UTC in ISO 8601, "" if it has not come yet.
"""
