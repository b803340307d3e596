"""The model of a review: files and lines of a diff, comments on them, and how both are drawn."""
