"""The command `orchestra`: the one place that knows both the room and the server.

Each command is a module of its own and is imported only when it is asked for, so that the room
paints without loading git or MCP, and `status` answers without loading the room.
"""
