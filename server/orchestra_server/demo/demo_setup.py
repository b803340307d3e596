"""Sets up the demo: a small real repository with Orchestra installed, and its own state."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.daemon.start_daemon import stop_daemon
from orchestra_core.private_valkey import shut_down
from orchestra_core.project import Project, find_project
from orchestra_core.settings import LINGER, PROJECT, REDIS_URL, STATE_DIR, Settings, read_settings
from orchestra_server.demo.demo_repository import create_demo_repository
from orchestra_server.demo.stories.sign_in import FILES
from orchestra_server.files.installation.install import initialise


@dataclass(frozen=True, slots=True)
class DemoSetup:
    """A repository, its own state directory and the environment that points there."""

    project: Project
    settings: Settings
    environ: dict[str, str]
    log: Path


@contextmanager
def demo_setup(python: Path) -> Generator[DemoSetup]:
    """Set up the demo in a temporary directory; afterwards stop its Valkey and remove everything.

    It never uses ORCHESTRA_REDIS_URL, so a demo leaves nothing in the user's database.
    """
    directory = Path(tempfile.mkdtemp(prefix="orchestra-demo-")).resolve()
    try:
        repository = directory / "bookshop"
        state = directory / "state"
        state.mkdir(mode=0o700)
        create_demo_repository(repository, FILES, "Open the bookshop")
        environ = {**os.environ, STATE_DIR: str(state), LINGER: "0"}
        for name in (REDIS_URL, PROJECT):
            environ.pop(name, None)
        settings = read_settings(environ)
        initialise(repository, python)
        try:
            yield DemoSetup(find_project(repository), settings, environ, state / "conductor.log")
        finally:
            stop_daemon(find_project(repository).git_dir)
            shut_down(settings)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
