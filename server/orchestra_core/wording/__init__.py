"""The words and symbols by which the screen and the commands name states and times."""
