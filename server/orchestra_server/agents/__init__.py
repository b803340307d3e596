"""Sessions with started agents: one contract, and one driver for each protocol."""
