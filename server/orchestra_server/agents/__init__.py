"""Sessions with agents that Orchestra starts: one contract, one driver for each protocol."""
