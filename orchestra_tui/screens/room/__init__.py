"""The room itself: its screen, and the collaborators that the screen holds."""
