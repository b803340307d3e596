"""The configuration: what a person and a repository may set, and the errors in it."""
