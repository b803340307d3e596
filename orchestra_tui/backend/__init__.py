"""What keeps the room live: the followed store, the bundled server, and the view model."""
