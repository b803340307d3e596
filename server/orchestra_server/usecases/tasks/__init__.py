"""Tasks: start them, advance their phases, show their status."""
