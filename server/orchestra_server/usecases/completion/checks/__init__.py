"""Which chambers a landing takes, and what stops it until it is fixed or confirmed."""
