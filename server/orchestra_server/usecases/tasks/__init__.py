"""Tasks: started, moved from phase to phase, and looked at."""
