"""Pure rules of workers: what they find, what they are told, and what they ask."""
