"""The mark of an idle session, which makes a change of the mailbox wake the session.

The session's own hooks write it at the end of a turn. An aborted turn has no such hook.
"""

import os
from contextlib import suppress
from pathlib import Path

from orchestra_server.files.hook.find_reader import HOOKS, IDLE, MAIL


def mark_idle(chamber: Path) -> None:
    """Let mail, even if it is already there, wake the session in a chamber. Blocking."""
    with suppress(OSError):  # without the folder there is no session to wake
        (chamber / HOOKS / IDLE).write_text("\n", encoding="utf-8")
        os.utime(chamber / MAIL)
