"""What the operator can choose: active keys, texts to copy, places to go to."""
