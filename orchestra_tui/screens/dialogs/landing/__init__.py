"""The dialog that lands a task."""
