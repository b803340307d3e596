"""The detail area: its subject, and the pages that show it."""
