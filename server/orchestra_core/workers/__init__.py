"""Workers that Orchestra starts: what should run, what runs, and what was used."""
