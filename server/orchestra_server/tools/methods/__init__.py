"""The tools, one method each. A model reads the docstring and the types of the arguments."""
