"""The terminal the room stands in: keys from it, paint to it, and its end."""
