"""The three lists: their tables, and the choice of what each shows."""
