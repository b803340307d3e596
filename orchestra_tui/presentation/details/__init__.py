"""The texts of the detail area."""
