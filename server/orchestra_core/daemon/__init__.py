"""How the daemon of a clone is found, asked, started and kept: all that its users share with it."""
