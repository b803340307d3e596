"""How MCP messages travel: stdio, and loopback HTTP with a bearer token."""
