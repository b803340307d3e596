"""The verdicts of gates, as server and room know them."""
