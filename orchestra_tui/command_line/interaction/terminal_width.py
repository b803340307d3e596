"""How many columns the terminal has, without shutil, which takes long to import."""

import os

_STDOUT = 1
_COLUMNS = 80  # where there is no terminal


def terminal_width() -> int:
    """Return what COLUMNS says, else the width of the terminal that stdout is."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(_STDOUT).columns or _COLUMNS
    except OSError:
        return _COLUMNS
