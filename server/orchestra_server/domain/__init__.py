"""The rules: pure functions that turn the documents a use-case has read into a change."""
