"""What keeps the room up to date: the followed store, the bundled server, and the view model."""
