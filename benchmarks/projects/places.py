"""Where rows are measured: a Valkey and a repository of their own, and nothing of the user's."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestra_core.settings import LINGER, PROJECT, REDIS_URL, STATE_DIR, Settings
from tests.support.git.repositories import TestRepository, empty_repository
from tests.support.stores.valkey import Server, running_server, short_directory, valkey_binary

_PER_DIRECTORY = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A scratch directory, a running server, and the settings that name both."""

    directory: Path
    server: Server
    settings: Settings

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a process that uses this place."""
        inherited = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
        return inherited | {
            REDIS_URL: self.server.url,
            STATE_DIR: str(self.settings.state_dir),
            "XDG_RUNTIME_DIR": str(self.settings.runtime_dir),
            LINGER: "0",
            "PYTHONUTF8": "1",
            "LC_ALL": "C.UTF-8",
        }

    def repository(self, name: str = "shop", files: int = 20) -> TestRepository:
        """Make a repository with one commit of so many small files."""
        made = empty_repository(self.directory / name)
        for number in range(files):
            made.write(f"src/d{number // _PER_DIRECTORY}/f{number}.py", f"value = {number}\n" * 10)
        made.commit("first")
        return made


_UNWANTED = (REDIS_URL, PROJECT, "NO_COLOR", "TMUX", "TMUX_PANE", "PYTHONPATH")


@contextmanager
def a_place(*, durable: bool = True) -> Generator[Place]:
    """Give a place; nothing of it is left. Not durable: for a million events made up at once."""
    options = () if durable else ("--appendonly", "no")
    with running_server(valkey_binary(), *options) as server, short_directory() as directory:
        (directory / "run").mkdir(mode=0o700)
        settings = Settings(
            redis_url=server.url,
            state_dir=directory / "state",
            runtime_dir=directory / "run",
            project="",
        )
        yield Place(directory, server, settings)
