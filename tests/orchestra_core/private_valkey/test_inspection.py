import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.private_valkey import inspection
from orchestra_core.private_valkey.inspection import inspect
from orchestra_core.private_valkey.lease import join
from orchestra_core.settings import Settings


def no_binary() -> None:
    raise StoreUnavailable("none is installed")


def test_without_a_server_nothing_runs_and_nothing_is_created(settings: Settings) -> None:
    server = inspect(settings)
    assert (server.running, server.in_use) == (False, False)
    assert server.version
    assert not server.data_dir.exists()


def test_a_server_with_a_user_runs_and_is_in_use(settings: Settings) -> None:
    lease = join(settings)
    server = inspect(settings)
    assert (server.running, server.in_use, server.socket) == (True, True, lease.socket)
    lease.close()
    assert not inspect(settings).running


def test_without_an_installed_program_its_path_and_version_are_empty(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "find_binary", no_binary)
    server = inspect(settings)
    assert (server.binary, server.version) == ("", "")
