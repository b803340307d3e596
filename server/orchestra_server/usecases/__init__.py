"""The use-cases: one module per verb, each a decision on documents and the effects around it."""
