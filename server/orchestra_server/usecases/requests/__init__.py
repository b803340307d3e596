"""Workers' requests: taken in, answered by whoever is first, and withdrawn."""
