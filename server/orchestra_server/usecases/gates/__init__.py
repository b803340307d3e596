"""Gates: what must pass before a tree lands, judged once for each tree."""
