"""The layout of the panes, and the order of the chambers."""
