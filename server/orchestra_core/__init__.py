"""What the room and the server share: models, events, state, keys and the store."""

__version__ = "0.1.0"
