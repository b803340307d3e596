"""Pure rules of chambers: lifecycle, health, conflicts, ports, and which files are Orchestra's."""
