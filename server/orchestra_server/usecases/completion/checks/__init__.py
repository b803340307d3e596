"""What a landing takes, and what holds it until it is put right or confirmed."""
