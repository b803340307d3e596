"""The texts of the dialog that lands a task."""
