"""`orchestra answer`: what workers wait for, and the operator's answers."""
