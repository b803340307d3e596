"""Starts a clone's daemon unless it runs, replaces an outdated one, and stops it."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from orchestra_core.daemon.ask_daemon import Answer, ask_daemon, introduction
from orchestra_core.daemon.daemon_files import (
    Directory,
    daemon_lock,
    daemon_log,
    make_daemon_directories,
    start_lock,
)
from orchestra_core.daemon.own_code import OwnCode
from orchestra_core.errors import Unavailable, unavailable
from orchestra_core.process.detached_process import INHERIT, empty_long_log, start_detached
from orchestra_core.process.file_lock import is_locked, locked_file
from orchestra_core.project import Project
from orchestra_core.settings import PROJECT, REDIS_URL, Settings, environ_of

# Seconds. It usually listens after 0.3 s, on a loaded machine later.
_START_WITHIN = 20.0
_ANSWER_WITHIN = 5.0
_STOP_WITHIN = 10.0
_LOOK_AGAIN = 0.01


def daemon_environ(project: Project, settings: Settings) -> dict[str, str]:
    """Return the environment for a daemon that serves this clone with these settings."""
    return {**environ_of(settings), "CLAUDE_PROJECT_DIR": str(project.main_checkout)}


def ensure_daemon(project: Project, settings: Settings, code: OwnCode | None = None) -> None:
    """Return once the clone's daemon answers, and start or replace it if necessary; blocks.

    A daemon is replaced if it runs another version of the code, or serves another store that nobody
    uses. A process whose own `code` has changed since it began takes a daemon of any version.
    Raises Unavailable.
    """
    environ = daemon_environ(project, settings)
    question = {"call": "about", **introduction(project.git_dir, environ)}
    question["outdated"] = code is not None and code.has_changed()
    try:
        make_daemon_directories(project.git_dir)
        with locked_file(start_lock(project.git_dir)):
            _ensure(project, environ, question)
    except OSError as fault:
        raise unavailable(fault) from fault


def launch_daemon(project: Project, settings: Settings) -> None:
    """Start the clone's daemon unless one runs, without waiting for it; raises Unavailable."""
    try:
        make_daemon_directories(project.git_dir)
        if not is_locked(daemon_lock(project.git_dir)):
            _launch(project.git_dir, daemon_environ(project, settings))
    except OSError as fault:
        raise unavailable(fault) from fault


def stop_daemon(common_dir: Directory, seconds: float = _STOP_WITHIN) -> bool:
    """Stop the clone's daemon and wait for its end; return whether there was one.

    Raises Unavailable when it does not end.
    """
    lock = daemon_lock(common_dir)
    if not is_locked(lock):
        return False
    until = time.monotonic() + seconds
    while is_locked(lock):
        ask_daemon(common_dir, {"call": "stop"}, _ANSWER_WITHIN)
        if time.monotonic() > until:
            raise Unavailable(
                f"the daemon does not end; its log is {daemon_log(common_dir)}, "
                f"and its process holds {lock}"
            )
        time.sleep(_LOOK_AGAIN)
    return True


def _ensure(project: Project, environ: Mapping[str, str], question: Mapping[str, object]) -> None:
    common_dir = project.git_dir
    until = time.monotonic() + _START_WITHIN
    process = 0
    while True:
        answer = ask_daemon(common_dir, question, _ANSWER_WITHIN)
        if answer is not None:
            if not answer.get("differs"):
                return
            if not answer.get("renews"):  # it becomes a daemon of the new code by itself
                _require_replaceable(answer)
                stop_daemon(common_dir)
        elif not process and not is_locked(daemon_lock(common_dir)):
            process = _launch(common_dir, environ)
        if (process and not _lives(process)) or time.monotonic() > until:
            raise Unavailable(f"the daemon did not start; its log is {daemon_log(common_dir)}")
        time.sleep(_LOOK_AGAIN)  # no event says that a socket accepts connections


def _require_replaceable(answer: Answer) -> None:
    if answer["differs"] == "store" and answer.get("attached"):
        raise Unavailable(
            f"the daemon of this clone serves another store, {answer.get('store')}, which a room "
            f"or a server uses; end those, or set {REDIS_URL} and {PROJECT} to the same values"
        )


def _launch(common_dir: Directory, environ: Mapping[str, str]) -> int:
    log = Path(daemon_log(common_dir))
    command = [sys.executable, "-P", "-m", "orchestra_server", "daemon"]
    try:
        empty_long_log(log)
        # Its working directory is not the repository, which must be removable. Its git, agents and
        # commands create files with the starter's umask.
        return start_detached(command, log, directory=Path("/"), environ=environ, umask=INHERIT)
    except OSError as error:
        raise Unavailable(f"the daemon could not be launched: {error}") from error


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
