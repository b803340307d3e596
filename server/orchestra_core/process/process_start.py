"""Prepares a process before anything else runs: module path, encoding, standard streams.

Every program of Orchestra that another process starts calls it first.
"""

import io
import locale
import os
import sys

from orchestra_core.process.import_path import drop_working_directory

# An unusual spelling, by which a process recognizes that it was restarted here.
_IN_UTF8 = "-Xutf8=1"


def prepare_process() -> None:
    """Prepare this process; restart it once if file names would not be UTF-8."""
    drop_working_directory()
    _open_closed_streams()
    _restart_in_utf8()


def _open_closed_streams() -> None:
    """Open closed standard streams, so that no file opened later takes their numbers."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: the closed one
            os.set_inheritable(number, True)  # noqa: FBT003 - its name says it
    if sys.stdin is None:
        sys.stdin = sys.__stdin__ = os.fdopen(0, encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = sys.__stdout__ = os.fdopen(1, "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = sys.__stderr__ = os.fdopen(2, "w", encoding="utf-8")


def _restart_in_utf8() -> None:
    """Make file names UTF-8 under any locale; a terminal keeps the locale's encoding."""
    if _IN_UTF8 in sys.orig_argv:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding=locale.getencoding(), errors="replace")
    elif sys.getfilesystemencoding() != "utf-8" and sys.executable:
        os.execv(sys.executable, [sys.executable, _IN_UTF8, *sys.orig_argv[1:]])  # noqa: S606
