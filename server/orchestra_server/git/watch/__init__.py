"""File watches on chambers, and the ignore rules by which changes are skipped."""
