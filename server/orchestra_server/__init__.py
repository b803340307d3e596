"""What acts: the use-cases, git, files and hooks, and on top of them the MCP tools."""
