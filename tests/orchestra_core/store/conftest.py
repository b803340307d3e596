"""The store's tests run on Valkey, and on a redis-server where one is on the PATH."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from tests.support.stores.valkey import Server, running_server, server_binaries

BINARIES = server_binaries()


@pytest.fixture(scope="session", params=sorted(BINARIES, reverse=True))
def valkey_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running_server(BINARIES[str(request.param)]) as server:
        yield server


@pytest.fixture(params=sorted(BINARIES, reverse=True))
def own_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that the test may kill, fill or starve."""
    with running_server(BINARIES[str(request.param)]) as server:
        yield server


@pytest.fixture
def own_settings(own_server: Server, tmp_path: Path) -> Settings:
    return Settings(own_server.url, tmp_path / "state", tmp_path, "")
