"""The widgets of a review: its files, the diff of one of them, and the editor of a comment."""
