"""What MCP shows: thin tools, resources and one prompt over the conductor, on stdio and HTTP."""
