"""Makes the demonstration's stage, a small real repository set up for Orchestra."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.private_valkey import shut_down
from orchestra_core.project import Project, find_project
from orchestra_core.settings import PROJECT, REDIS_URL, STATE_DIR, Settings, read_settings
from orchestra_server.demo.demo_repository import seed_repository
from orchestra_server.demo.storyline import FILES
from orchestra_server.files.installation.install import initialise


@dataclass(frozen=True, slots=True)
class Stage:
    """A repository, its own state directory and the environment that points there."""

    project: Project
    settings: Settings
    environ: dict[str, str]
    log: Path


@contextmanager
def stage(python: Path) -> Generator[Stage]:
    """Set the stage in a temporary directory; at the end its Valkey is stopped and all is removed.

    It never uses ORCHESTRA_REDIS_URL: a demonstration leaves nothing in anybody's database.
    """
    directory = Path(tempfile.mkdtemp(prefix="orchestra-demo-")).resolve()
    try:
        repository = directory / "bookshop"
        state = directory / "state"
        state.mkdir(mode=0o700)
        seed_repository(repository, FILES, "Open the bookshop")
        environ = {**os.environ, STATE_DIR: str(state)}
        for name in (REDIS_URL, PROJECT):
            environ.pop(name, None)
        settings = read_settings(environ)
        initialise(repository, python)
        try:
            yield Stage(find_project(repository), settings, environ, state / "conductor.log")
        finally:
            shut_down(settings)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
