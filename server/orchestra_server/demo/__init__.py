"""The demonstration: a real little repository, a conductor over MCP, workers in real worktrees."""
