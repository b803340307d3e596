"""Which server answers, and whether it is new enough."""

from pathlib import Path

import pytest

from orchestra_core.errors import StoreUnavailable
from orchestra_core.settings import Settings
from orchestra_core.store.client.server_version import ServerInfo, check_version
from tests.support.stores.scripted_server import scripted_server
from tests.support.stores.store_failures import failure, knowing


@pytest.fixture
def no_settings(tmp_path: Path) -> Settings:
    return Settings("", tmp_path / "state", tmp_path, "")


async def test_the_error_for_an_old_server_names_its_version_and_the_one_needed(
    no_settings: Settings,
) -> None:
    async with scripted_server(knowing("redis_version:6.0.16\r\nos:x\r\n")) as url:
        line = await failure(no_settings, url)

    assert line.startswith("Redis 6.0.16 is too old; Orchestra needs Redis 6.2 or newer")


@pytest.mark.parametrize(
    ("info", "good"),
    [
        (ServerInfo("redis", "6.2.0"), True),
        (ServerInfo("redis", "8.4.1"), True),
        (ServerInfo("redis", "10.0"), True),
        (ServerInfo("valkey", "7.2.4"), True),
        (ServerInfo("redis", "5.0.14"), False),
        (ServerInfo("redis", "6.1.240"), False),
    ],
)
def test_versions_are_compared_as_numbers(info: ServerInfo, *, good: bool) -> None:
    if good:
        check_version(info)
    else:
        with pytest.raises(StoreUnavailable):
            check_version(info)


async def test_a_server_that_hides_its_version_is_a_one_line_error(no_settings: Settings) -> None:
    async with scripted_server(knowing("os:x\r\n")) as url:
        assert "does not say its version" in await failure(no_settings, url)
