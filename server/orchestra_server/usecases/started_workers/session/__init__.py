"""A started worker's session: what it is told, what it asks, and what is shown of it."""
