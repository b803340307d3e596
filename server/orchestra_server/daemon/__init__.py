"""The daemon of a clone: the one process there that follows the store and does what must be done.

It posts mail, takes in the spool, watches chambers, keeps the clone heard, and answers commands on
a socket. MCP servers and rooms only hold it. It imports neither mcp nor textual.
"""
