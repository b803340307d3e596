"""Other agents' clients: the files that make them run Orchestra's hook, and their conversations."""
