"""Started workers: tools ask for them and stop them, the daemon runs them."""
