"""Where the panes stand, and in which order the chambers."""
