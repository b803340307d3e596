"""What MCP shows: thin tools, resources and one prompt over the use-cases, by stdio or HTTP."""
