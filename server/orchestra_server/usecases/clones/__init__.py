"""Clones: whose a chamber is, which clones there are, and since when each was last heard."""
