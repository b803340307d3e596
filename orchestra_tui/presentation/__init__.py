"""What the room shows, as pure functions: documents in; rows, lines and texts out."""
