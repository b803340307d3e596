"""The room: a Textual application fed only by a project's snapshot and events."""
