"""Workers: what they are told at their start, and what is recorded about them."""
