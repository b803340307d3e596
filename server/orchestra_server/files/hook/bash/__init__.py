"""What a shell command line would write, as far as its words show that: pure functions."""
