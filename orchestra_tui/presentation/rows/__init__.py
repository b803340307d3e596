"""Rows of the three tables, and the cells they are made of."""
