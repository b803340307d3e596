"""Pure rules of chambers: their life, their health, their conflicts, and which files are ours."""
