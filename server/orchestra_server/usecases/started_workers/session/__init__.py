"""The session of one started worker: what it is told, what it asks, and what is shown of it."""
