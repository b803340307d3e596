"""The mark of an idle session: with it, a change of the mailbox wakes the session.

The session's own hooks write it at the end of a turn. An aborted turn has no such hook.
"""

import os
from contextlib import suppress
from pathlib import Path

from orchestra_server.files.hook.find_reader import HOOKS, IDLE, MAIL


def mark_idle(chamber: Path) -> None:
    """Let mail wake the session in a chamber, also mail that is there already. Blocking."""
    with suppress(OSError):  # without its folder there is no session to wake
        (chamber / HOOKS / IDLE).write_text("\n", encoding="utf-8")
        os.utime(chamber / MAIL)
