"""The spool: files that hooks leave in the git directory, and what they say."""
