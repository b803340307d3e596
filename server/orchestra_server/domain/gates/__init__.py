"""The rules of gates: what a verdict becomes, and which chambers fail together."""
