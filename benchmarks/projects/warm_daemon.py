"""A clone's daemon, running and with its store open, for rows of commands that it answers."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.projects.places import Place
from orchestra_core.daemon.ask_daemon import ask_daemon, introduction
from orchestra_core.daemon.start_daemon import daemon_environ, ensure_daemon, stop_daemon
from orchestra_core.project import find_project
from orchestra_core.settings import LINGER

_PATIENCE_S = 30.0


@contextmanager
def a_warm_daemon(place: Place, directory: Path) -> Generator[None]:
    """Run the daemon of the repository at `directory` within the block."""
    project = find_project(directory)
    before = os.environ.get(LINGER)
    os.environ[LINGER] = "600"
    try:
        ensure_daemon(project, place.settings)
        asker = introduction(project.git_dir, daemon_environ(project, place.settings))
        command = {"name": "status", "root": str(directory)}
        answer = ask_daemon(
            project.git_dir, {"call": "command", "command": command, **asker}, _PATIENCE_S
        )
        if answer is None or "text" not in answer:
            raise RuntimeError(f"the daemon does not answer: {answer}")
        yield
    finally:
        stop_daemon(project.git_dir)
        if before is None:
            del os.environ[LINGER]
        else:
            os.environ[LINGER] = before
