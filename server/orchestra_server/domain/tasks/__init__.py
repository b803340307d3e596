"""Pure rules of tasks: their life, what holds a landing, and the exchange between clones."""
