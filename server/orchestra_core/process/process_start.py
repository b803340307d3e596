"""What is set right before anything else runs: module path, encoding, standard streams.

Called first by every program of Orchestra that somebody else starts.
"""

import io
import locale
import os
import sys

from orchestra_core.process.import_path import drop_working_directory

# Spelled as nobody spells it, so that a process knows that it has been restarted.
_IN_UTF8 = "-Xutf8=1"


def prepare_process() -> None:
    """Make this process safe to go on in; restarts it once where file names would not be UTF-8."""
    drop_working_directory()
    _open_closed_streams()
    _restart_in_utf8()


def _open_closed_streams() -> None:
    """Open the standard streams that were closed, or the next files opened would pass for them."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number, which is the closed one
            os.set_inheritable(number, True)  # noqa: FBT003 - its name says it
    if sys.stdin is None:
        sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", encoding="utf-8")


def _restart_in_utf8() -> None:
    """Let file names be UTF-8 whatever the locale says; a terminal keeps the locale's encoding."""
    if _IN_UTF8 in sys.orig_argv:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding=locale.getencoding(), errors="replace")
    elif sys.getfilesystemencoding() != "utf-8" and sys.executable:
        os.execv(sys.executable, [sys.executable, _IN_UTF8, *sys.orig_argv[1:]])  # noqa: S606
