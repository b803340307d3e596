"""Real agents, scripted and peers, for the rows that measure them."""
