"""Health: what is wrong with live chambers, checked in rounds and recorded in the store."""
