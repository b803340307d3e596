"""The detail area: what it is about, and the pages that show it."""
