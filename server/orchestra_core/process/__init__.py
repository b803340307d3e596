"""What each process of Orchestra sets right at its start, and the locks between processes."""
