"""What the room shows, worked out without a screen: documents in; rows, lines and words out."""
