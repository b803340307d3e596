"""The verdicts of gates, as every side knows them."""
