"""Pure rules of gates: how verdicts are recorded, and which chambers fail together."""
