"""What every use-case needs: a transaction, look-ups, validation and the parts of a reply."""
