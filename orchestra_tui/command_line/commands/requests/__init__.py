"""The command that lists and answers what workers wait for."""
