"""The tools, one method each: a model reads its docstring and the types of its arguments."""
