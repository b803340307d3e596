"""What the operator's commands do and print, for the daemon that answers them and without one."""
