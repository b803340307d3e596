"""How rows stand in a table: which lines they have, and which of them show."""
