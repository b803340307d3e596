"""The hook; see the next commit."""
