"""The lines in the drawer of events, and the words of an event."""
