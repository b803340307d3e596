"""How many columns the terminal has, without shutil, which takes long to import."""

import os

_STDOUT = 1
_COLUMNS = 80  # if there is no terminal


def terminal_width() -> int:
    """Return COLUMNS, else the width of the terminal on stdout."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(_STDOUT).columns or _COLUMNS
    except OSError:
        return _COLUMNS
