"""The rules: pure functions from the documents that a use-case read to a change."""
