"""File watches on chambers, and the ignore rules that tell which changes cannot matter."""
