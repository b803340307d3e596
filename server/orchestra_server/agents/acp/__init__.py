"""Every other agent, by the Agent Client Protocol: JSON-RPC, a line a message."""
