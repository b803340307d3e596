"""The commands that create, show, land and close chambers."""
