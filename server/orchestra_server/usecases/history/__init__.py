"""The project's history: how much of it is kept."""
