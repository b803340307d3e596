"""What the environment says: four variables, read once, all optional."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.errors import BadInput

REDIS_URL = "ORCHESTRA_REDIS_URL"
STATE_DIR = "ORCHESTRA_STATE_DIR"
PROJECT = "ORCHESTRA_PROJECT"
UNREAD_LIMIT = "ORCHESTRA_UNREAD_LIMIT"
VARIABLES = (REDIS_URL, STATE_DIR, PROJECT, UNREAD_LIMIT)
# Seconds: by then a worker at work has called a tool many times, and would have read its mail.
_UNREAD_SECONDS = 120
_LONGEST = 86_400


@dataclass(frozen=True, slots=True)
class Settings:
    """Where state lives and how the project is called; empty means the default.

    `unread_limit`: after how many seconds unread mail becomes urgent; 0 is never.
    """

    redis_url: str
    state_dir: Path
    runtime_dir: Path
    project: str
    unread_limit: int = _UNREAD_SECONDS


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `environ` (the process's own by default).

    The state directory follows the XDG base directory specification; sockets go to
    XDG_RUNTIME_DIR or the temporary directory, because their paths must stay short. Raises
    BadInput for a limit that is no number of seconds.
    """
    env = os.environ if environ is None else environ
    state_dir = env.get(STATE_DIR) or ""
    base = env.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Settings(
        redis_url=env.get(REDIS_URL, "").strip(),
        state_dir=Path(state_dir or Path(base) / "orchestra").expanduser().absolute(),
        runtime_dir=Path(env.get("XDG_RUNTIME_DIR") or _temporary_directory()),
        project=env.get(PROJECT, "").strip(),
        unread_limit=_seconds(env.get(UNREAD_LIMIT, "").strip()),
    )


def _temporary_directory() -> str:
    import tempfile  # noqa: PLC0415 - a tenth of what `orchestra status` takes, and seldom needed

    return tempfile.gettempdir()


def _seconds(text: str) -> int:
    if not text:
        return _UNREAD_SECONDS
    if not (text.isascii() and text.isdecimal() and int(text) <= _LONGEST):
        raise BadInput(
            f"{UNREAD_LIMIT} {text[:20]!r} is not a number of seconds from 0 to {_LONGEST}; "
            "0 is never"
        )
    return int(text)
