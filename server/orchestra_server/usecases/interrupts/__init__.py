"""Interrupts: sending them, cancelling unread ones, and resuming a suspended worker."""
