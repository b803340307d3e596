"""The words and symbols with which the room and the commands name states and times."""
