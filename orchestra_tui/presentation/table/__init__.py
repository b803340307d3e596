"""How rows are laid out in a table: their lines, and which of them are visible."""
