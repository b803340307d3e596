"""The room: a Textual application fed only by the snapshot and the events of one project."""
