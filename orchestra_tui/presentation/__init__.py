"""What the room shows, as pure functions: documents in, rows and lines and texts out."""
