"""The room's screen, and the collaborators that it holds."""
