"""The daemon of a clone: the one process that follows the store and does the clone's duties.

It delivers mail, takes in the spool, watches chambers, sends the clone's heartbeat, and answers
commands on a socket. MCP servers and rooms only hold it. It imports neither mcp nor textual.
"""
