"""What `orchestra init` writes into a repository, and how it is taken out again."""
