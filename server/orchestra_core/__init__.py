"""What the room and the server share: models, events, rules of state, keys and the store."""

__version__ = "0.1.0"
