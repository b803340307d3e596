"""Health: what is wrong with live chambers, looked at in rounds and recorded in the store."""
