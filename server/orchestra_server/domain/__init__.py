"""What a verb makes of the documents it read: pure functions from documents to a change."""
