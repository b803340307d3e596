"""Workers: what they are told at the start, and what is recorded about them."""
