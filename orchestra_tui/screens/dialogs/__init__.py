"""The dialogs and overlays in front of the room."""
