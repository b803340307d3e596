"""Commands to the server that holds a project: where it is, how it is spoken to, what may fail."""
