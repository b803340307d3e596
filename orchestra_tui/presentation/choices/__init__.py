"""What the operator can choose: keys that act, texts to copy, places to go to."""
