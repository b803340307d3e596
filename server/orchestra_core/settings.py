"""The settings, read once, from environment variables and options of the configuration.

All are optional. A variable wins over the person's file, which wins over the repository's.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestra_core.configuration.config_files import is_there, repository_file, user_file
from orchestra_core.configuration.default_limits import (
    DAYS_KEPT,
    GATE_SHARE,
    LINGER_SECONDS,
    MOST_DAYS,
    MOST_SECONDS,
    STUCK_SECONDS,
    UNREAD_SECONDS,
)
from orchestra_core.errors import BadInput

if TYPE_CHECKING:
    from orchestra_core.configuration.configuration import ConfigProblem, Configuration

REDIS_URL = "ORCHESTRA_REDIS_URL"
STATE_DIR = "ORCHESTRA_STATE_DIR"
PROJECT = "ORCHESTRA_PROJECT"
UNREAD_LIMIT = "ORCHESTRA_UNREAD_LIMIT"
STUCK_LIMIT = "ORCHESTRA_STUCK_LIMIT"
LINGER = "ORCHESTRA_LINGER"
HISTORY_KEEP = "ORCHESTRA_HISTORY_KEEP"
VARIABLES = (REDIS_URL, STATE_DIR, PROJECT, UNREAD_LIMIT, STUCK_LIMIT, LINGER, HISTORY_KEEP)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a process; an empty text means the default.

    `unread_limit`: after how many seconds unread mail becomes urgent; 0 means never.
    `stuck_limit`: after how many seconds a worker that still runs one tool, or reports nothing,
    counts as stuck; 0 means never.
    `linger`: how many seconds the daemon stays once nobody needs it.
    `history_keep`: how many days of history are kept; 0 means all.
    `gate_share`: the percentage of the time in which the daemon may run gates; 0 means never.
    `problems`: what is wrong in the configuration files and was ignored.
    """

    redis_url: str
    state_dir: Path
    runtime_dir: Path
    project: str
    unread_limit: int = UNREAD_SECONDS
    stuck_limit: int = STUCK_SECONDS
    linger: int = LINGER_SECONDS
    history_keep: int = DAYS_KEPT
    gate_share: int = GATE_SHARE
    problems: "tuple[ConfigProblem, ...]" = ()


def read_settings(
    environ: Mapping[str, str] | None = None, directory: Path | None = None
) -> Settings:
    """Return the settings for `environ` (by default the process's own).

    The configuration is the person's file and the file of the repository that `directory` is in.

    The state directory follows the XDG base directory specification; sockets go to XDG_RUNTIME_DIR
    or the temporary directory, because their paths must stay short. Raises BadInput for a limit
    that is not a number of seconds or days, and if no home directory is known.
    """
    env = os.environ if environ is None else environ
    configuration = _read_configuration(env, directory)

    def limit(name: str, option: str, default: int, *, zero: str, unit: str = "seconds") -> int:
        return _number(env, name, _configured(configuration, option, default), unit, zero)

    return Settings(
        redis_url=env.get(REDIS_URL, "").strip(),
        state_dir=_state_dir(env),
        runtime_dir=Path(_absolute(env, "XDG_RUNTIME_DIR") or _temporary_directory()),
        project=env.get(PROJECT, "").strip(),
        unread_limit=limit(UNREAD_LIMIT, "limits.unread", UNREAD_SECONDS, zero="is never"),
        stuck_limit=limit(STUCK_LIMIT, "limits.stuck", STUCK_SECONDS, zero="is never"),
        linger=limit(LINGER, "limits.linger", LINGER_SECONDS, zero="ends it at once"),
        history_keep=limit(HISTORY_KEEP, "history.keep", DAYS_KEPT, unit="days", zero="keeps all"),
        gate_share=_configured(configuration, "limits.gate_share", GATE_SHARE),
        problems=configuration.problems if configuration else (),
    )


def environ_of(settings: Settings) -> dict[str, str]:
    """Return this process's environment, changed so that a child process finds the same state."""
    environ = dict(os.environ)
    environ[STATE_DIR] = str(settings.state_dir)
    for name, value in ((REDIS_URL, settings.redis_url), (PROJECT, settings.project)):
        environ.pop(name, None)
        if value:
            environ[name] = value
    if settings.runtime_dir != Path(_temporary_directory()):
        environ["XDG_RUNTIME_DIR"] = str(settings.runtime_dir)
    return environ


def _read_configuration(env: Mapping[str, str], directory: Path | None) -> "Configuration | None":
    """Read the files if there are any: most people have none, and the import takes time."""
    places = (user_file(env), repository_file(directory) if directory else None)
    if not any(place is not None and is_there(place) for place in places):
        return None
    from orchestra_core.configuration.configuration import read_configuration  # noqa: PLC0415

    return read_configuration(env, directory)


def _configured(configuration: "Configuration | None", name: str, default: int) -> int:
    value = configuration.value(name) if configuration else default
    return value if isinstance(value, int) else default


def _state_dir(env: Mapping[str, str]) -> Path:
    base = _absolute(env, "XDG_STATE_HOME") or "~/.local/state"
    named = env.get(STATE_DIR) or f"{base}/orchestra"
    home = os.environ.get("HOME", "/")  # if unset, the system's entry for the user says it
    try:
        directory = Path(named).expanduser()
    except RuntimeError:
        home, directory = "", Path(named)
    if named.startswith("~") and not Path(home).is_absolute():
        raise BadInput(
            f"the home directory in {named!r} is not known; set HOME to an absolute path, "
            f"or {STATE_DIR}"
        )
    return directory.absolute()


def _absolute(env: Mapping[str, str], name: str) -> str:
    """Return a directory of the XDG specification; "" for a relative one, which it ignores."""
    value = env.get(name, "")
    return value if Path(value).is_absolute() else ""


def _temporary_directory() -> str:
    import tempfile  # noqa: PLC0415 - a tenth of what `orchestra status` takes, and seldom needed

    return tempfile.gettempdir()


def _number(env: Mapping[str, str], name: str, default: int, unit: str, zero: str) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    most = MOST_DAYS if unit == "days" else MOST_SECONDS
    if not (text.isascii() and text.isdecimal() and int(text) <= most):
        raise BadInput(f"{name} {text[:20]!r} is not a number of {unit} from 0 to {most}; 0 {zero}")
    return int(text)
