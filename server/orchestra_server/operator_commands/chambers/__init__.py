"""What the commands do and print that create, show, land and close chambers."""
