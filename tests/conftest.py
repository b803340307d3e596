"""What every test may ask for: a running Valkey, settings that name it, and a store of its own."""

import gc
import os
import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from _pytest.unraisableexception import gc_collect_iterations_key
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from orchestra_core.settings import LINGER, Settings
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.support.hooks.compiled_hook import install_compiled
from tests.support.installed_coverage import IS_MEASURING, measure_installed
from tests.support.memory_directory import memory_directory
from tests.support.stores.valkey import Server, running_server, valkey_binary

# How long an example takes, or its making, says what else the machine does and nothing of the code.
property_settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
property_settings.load_profile("any-machine")
# For `make quick`: a quarter of what `make test` tries, which was a quarter of its time.
property_settings.register_profile(
    "quick", property_settings.get_profile("any-machine"), max_examples=25
)


def pytest_configure(config: pytest.Config) -> None:
    """Keep `tmp_path` in memory, unless `--basetemp` or TMPDIR names another place."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell starts its background so, and each program of a test would inherit it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # At the end pytest looks five times for what nobody awaited: CPython finds all of it at once.
    config.stash[gc_collect_iterations_key] = 1
    directory = memory_directory()
    if directory and not config.option.basetemp and "TMPDIR" not in os.environ:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(directory))


def pytest_collection() -> None:
    """Collect no garbage meanwhile: all that collecting makes stays to the end."""
    gc.disable()


# Their tests take seconds each; one that begins last keeps a single processor at work at the end.
_SLOW = tuple(f"tests/{name}/" for name in ("e2e", "proofs", "integration", "benchmarks"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slow folders; within both parts the random order stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(_SLOW))


# New objects until garbage is collected, and how often the older ones are looked at too. Python's
# own numbers cost a seventh of all processor time here, these a third of that.
_GARBAGE_THRESHOLDS = (10_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave out of each later collection what the modules and the thousands of items hold."""
    gc.freeze()
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    gc.enable()


_directories = count()


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """A directory whose path no test of this process had before.

    pytest gives the path of a directory that it has removed to a later test of a similar name. A
    project's id is made from its path, so that test would find the other's documents in the store.
    """
    directory = tmp_path / str(next(_directories))
    directory.mkdir()
    return directory


@pytest.fixture(scope="session", autouse=True)
def measured_installations() -> Iterator[None]:
    """With `make coverage`, hooks and launchers that tests install are measured as well."""
    with pytest.MonkeyPatch.context() as patch:
        if IS_MEASURING:
            measure_installed(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_hook(measured_installations: None) -> Iterator[None]:
    """Installed hooks are compiled already."""
    with pytest.MonkeyPatch.context() as patch:
        install_compiled(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_configuration_of_the_user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What somebody has configured for themselves changes no test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("configuration")))
        yield


@pytest.fixture(scope="session", autouse=True)
def daemons_that_do_not_stay() -> Iterator[None]:
    """A daemon that a test's process starts ends with the last that holds it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(LINGER, "0")
        yield


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[Server]:
    """One Valkey per test process; tests keep apart by their project ids."""
    with running_server(valkey_binary()) as server:
        yield server


@pytest.fixture
def valkey_url(valkey_server: Server) -> str:
    return valkey_server.url


@pytest.fixture
def settings(valkey_url: str, tmp_path: Path) -> Settings:
    return Settings(
        redis_url=valkey_url,
        state_dir=tmp_path / "state",
        runtime_dir=tmp_path,
        project="",
    )


@pytest.fixture
def project_id() -> str:
    return f"test-{secrets.token_hex(6)}"


@pytest.fixture
async def store(settings: Settings, project_id: str) -> AsyncIterator[Store]:
    async with open_store(project_id, settings) as opened:
        yield opened
