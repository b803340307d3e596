"""The room's terminal: reading keys, writing output, and noticing when it is gone."""
