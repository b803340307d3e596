"""The command `orchestra`: the one place that knows both the room and the server.

Each command is a module, imported only when the command runs, so that the room paints without
loading git or MCP, and `status` answers without loading the room.
"""
