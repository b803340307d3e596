"""The dialogs and overlays that stand before the room."""
