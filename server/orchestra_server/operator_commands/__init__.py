"""What the operator's commands do and print, whether the daemon runs them or they run alone."""
