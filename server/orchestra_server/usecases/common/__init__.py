"""What use-cases share: the transaction, look-ups, validation and the parts of replies."""
