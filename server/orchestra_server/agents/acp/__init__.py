"""All other agents, by the Agent Client Protocol: JSON-RPC, one message per line."""
