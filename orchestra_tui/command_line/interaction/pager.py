"""Shows a text in the operator's pager, with the variables that git sets for it."""

import os
import signal
import subprocess
import sys
from contextlib import suppress

# What git sets for a pager unless the user has: git-config(1), core.pager.
_PAGER_ENVIRONMENT = {"LESS": "FRX", "LV": "-c"}


def page(pager: str, text: str) -> None:
    """Show `text` in the pager, or print it if there is none."""
    data = text.encode("utf-8", "replace")
    sys.stdout.flush()
    if not pager or not text:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    environ = {**_PAGER_ENVIRONMENT, **os.environ}
    # A shell runs it, as in git: the setting may have options.
    process = subprocess.Popen(pager, shell=True, stdin=subprocess.PIPE, env=environ)  # noqa: S602
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the pager
    try:
        with suppress(BrokenPipeError):  # closed before the end of the text
            process.communicate(data)
        process.wait()
    finally:
        signal.signal(signal.SIGINT, former)
