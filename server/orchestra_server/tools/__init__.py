"""What MCP shows: thin tools, resources and one prompt over the use-cases, on stdio and HTTP."""
