"""What the environment says: three variables, read once, all optional."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REDIS_URL = "ORCHESTRA_REDIS_URL"
STATE_DIR = "ORCHESTRA_STATE_DIR"
PROJECT = "ORCHESTRA_PROJECT"
VARIABLES = (REDIS_URL, STATE_DIR, PROJECT)


@dataclass(frozen=True, slots=True)
class Settings:
    """Where state lives and how the project is called; empty means the default."""

    redis_url: str
    state_dir: Path
    runtime_dir: Path
    project: str


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of `environ` (the process's own by default).

    The state directory follows the XDG base directory specification; sockets go to
    XDG_RUNTIME_DIR or the temporary directory, because their paths must stay short.
    """
    env = os.environ if environ is None else environ
    state_dir = env.get(STATE_DIR) or ""
    base = env.get("XDG_STATE_HOME") or str(Path.home() / ".local" / "state")
    return Settings(
        redis_url=env.get(REDIS_URL, "").strip(),
        state_dir=Path(state_dir or Path(base) / "orchestra").expanduser().absolute(),
        runtime_dir=Path(env.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()),
        project=env.get(PROJECT, "").strip(),
    )
