"""Asks the person at the terminal before something that cannot easily be undone."""

import sys

from orchestra_core.text import clean

_YES = ("y", "yes")


def can_ask() -> bool:
    """Tell whether there is somebody to read a question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_yes_or_no(question: str) -> bool:
    """Ask on stderr, so that stdout holds only what was asked for; only `y` or `yes` is a yes."""
    sys.stdout.flush()
    sys.stderr.write(f"{clean(question)} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in _YES
