"""Pure rules of tasks: their lifecycle, what holds a landing, and the exchange between clones."""
