"""What every Orchestra process prepares at its start, and the locks between processes."""
