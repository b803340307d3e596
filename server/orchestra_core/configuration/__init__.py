"""The configuration: what a person and a repository may set, and what is wrong in it."""
