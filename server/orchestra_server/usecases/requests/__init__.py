"""Workers' requests: recorded, answered by whoever comes first, or withdrawn."""
