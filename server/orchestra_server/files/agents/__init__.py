"""Other agents' clients: what stands in a chamber so that they ask our hook."""
