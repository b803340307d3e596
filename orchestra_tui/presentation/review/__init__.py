"""The model of a review: a diff's files and lines, comments on them, and how both are drawn."""
