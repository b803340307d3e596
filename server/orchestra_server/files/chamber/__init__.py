"""A chamber's own files: briefing, mailbox, suspension."""
