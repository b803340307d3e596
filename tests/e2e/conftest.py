"""A repository set up for Orchestra as a person would, and the environment a client gets."""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_server.files.installation.install import initialise
from tests.support.orchestration import server_environ
from tests.support.repositories import PLAIN_GIT, TestRepository, small_repository


@dataclass(frozen=True)
class ClientSetup:
    """Where a session of the real client plays."""

    repository: TestRepository
    settings: Settings
    home: Path

    @property
    def environ(self) -> dict[str, str]:
        return {**PLAIN_GIT, **server_environ(self.settings)}


@pytest.fixture
def client_setup(settings: Settings, tmp_path: Path) -> ClientSetup:
    repository = small_repository((tmp_path / "bookshop").resolve(), {"shop.py": "PRICE = 1\n"})
    initialise(repository.path, Path(sys.executable))
    return ClientSetup(repository, settings, tmp_path / "home")
