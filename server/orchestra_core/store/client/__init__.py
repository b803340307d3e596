"""The client of the server that holds a project: addresses, connections, commands and failures."""
