"""Runs the room as a process in a repository, with its own private Valkey."""

import os
import sys

from orchestra_core.settings import REDIS_URL, Settings
from tests.support.git.repositories import PLAIN_GIT
from tests.support.stores.valkey_users import environment

ROOM = (sys.executable, "-m", "orchestra_tui.command_line")


def room_environ(settings: Settings) -> dict[str, str]:
    """Return the environment in which a room uses `settings` and nothing of the user's."""
    environ = {**os.environ, **PLAIN_GIT, **environment(settings), "PYTHONUTF8": "1"}
    for name in (REDIS_URL, "NO_COLOR", "ORCHESTRA_PROJECT", "TMUX"):
        environ.pop(name, None)
    return environ | {"LC_ALL": "C.UTF-8"}
