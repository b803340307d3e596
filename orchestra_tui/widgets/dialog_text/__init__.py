"""What dialogs show and take as text."""
