"""The commands that create, show, land and close chambers: what they do and print."""
