"""The screens: the room, the review, and the dialogs in front of them."""
