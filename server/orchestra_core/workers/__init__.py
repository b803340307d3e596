"""Workers that Orchestra starts: what should run, what does, and what it has used."""
