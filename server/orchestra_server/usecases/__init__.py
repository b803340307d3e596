"""The use-cases: one module per verb, with a decision on documents and the effects around it."""
