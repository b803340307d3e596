"""What `orchestra init` writes into a repository, and how it is removed again."""
