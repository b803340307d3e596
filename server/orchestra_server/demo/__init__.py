"""The demo: a small real repository, a conductor over MCP, workers in real worktrees."""
