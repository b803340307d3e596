"""How a clone's daemon is found, asked, started and kept: the code its users share with it."""
