"""Other agents' clients: the files in a chamber that make them run Orchestra's hook."""
