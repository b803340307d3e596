"""What a clone notes about itself in its git directory: a random id, and the place it was at."""
