"""The hook as it is installed: its bundle, its settings, its shell guard, and its probe."""
