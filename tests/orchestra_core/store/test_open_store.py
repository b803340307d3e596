"""Opening says in one line why a server cannot be used, and finds the private one."""

import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from orchestra_core.settings import Settings
from orchestra_core.store.client import redis_client
from orchestra_core.store.open_store import open_store
from orchestra_core.store.store import Store
from tests.support.stores.certificates import Certificate, own_certificate
from tests.support.stores.scripted_server import HANG_UP, Reply, bulk, scripted_server
from tests.support.stores.store_failures import failure, knowing
from tests.support.stores.valkey import Server, short_directory


@pytest.fixture
def no_settings(tmp_path: Path) -> Settings:
    return Settings("", tmp_path / "state", tmp_path, "")


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return own_certificate(tmp_path)


async def test_the_open_store_knows_the_servers_name_and_version(
    store: Store, valkey_server: Server
) -> None:
    info = await store.server_info()

    assert info.product in Path(valkey_server.binary).name
    assert info.version[0].isdigit()


async def test_a_missing_socket_is_a_one_line_error(no_settings: Settings) -> None:
    line = await failure(no_settings, "unix:///tmp/orch-nowhere/s")

    assert line == (
        "Redis at unix:///tmp/orch-nowhere/s cannot be used: there is no such socket; "
        "start the server or correct ORCHESTRA_REDIS_URL"
    )


async def test_a_socket_file_without_a_server_is_a_one_line_error(
    own_server: Server, no_settings: Settings
) -> None:
    own_server.kill()

    assert "nothing listens there" in await failure(no_settings, own_server.url)


async def test_a_closed_port_is_a_one_line_error(no_settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"redis://:secret@127.0.0.1:{taken.getsockname()[1]}"
        line = await failure(no_settings, url)

    assert "nothing listens there" in line
    assert "secret" not in line


async def test_an_unknown_host_is_a_one_line_error(no_settings: Settings) -> None:
    assert "host's name is not known" in await failure(no_settings, "redis://nowhere.invalid")


async def test_a_server_of_another_protocol_is_a_one_line_error(no_settings: Settings) -> None:
    async with scripted_server(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n") as url:
        assert "is not a Redis or Valkey server" in await failure(no_settings, url)


async def test_a_server_that_closes_the_connection_is_a_one_line_error(
    no_settings: Settings,
) -> None:
    async with scripted_server(lambda _: HANG_UP) as url:
        assert "the connection was lost" in await failure(no_settings, url)


async def test_a_server_that_may_want_tls_or_another_certificate_is_said_to(
    no_settings: Settings, certificate: Certificate
) -> None:
    async with scripted_server(lambda _: HANG_UP, tls=certificate.serving()) as url:
        plain = url.replace("rediss:", "redis:")
        assert "if it speaks TLS" in await failure(no_settings, plain)
        trusting = f"{url}?ssl_ca_certs={certificate.path}"
        assert "whether it takes this certificate" in await failure(no_settings, trusting)
        missing = await failure(no_settings, f"{url}?ssl_ca_certs=/nowhere.pem")
        assert "a certificate's or key's file is missing" in missing


async def test_a_server_that_never_answers_is_a_one_line_error(
    no_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "ANSWER_SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        assert "it does not answer" in await failure(no_settings, url)


async def test_opening_waits_for_a_server_that_loads_its_data(no_settings: Settings) -> None:
    answers = iter([b"-LOADING Redis is loading the dataset in memory\r\n"] * 2)

    def reply(words: list[str]) -> Reply:
        info = bulk("redis_version:7.0.0\r\n")
        return next(answers, info) if words[0] == "INFO" else b"+OK\r\n"

    async with (
        scripted_server(reply) as url,
        open_store("p", replace(no_settings, redis_url=url)) as store,
    ):
        assert (await store.server_info()).version == "7.0.0"


async def test_a_server_that_loads_for_too_long_is_a_one_line_error(
    no_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "PAUSES", (0.0, 0.0))
    async with scripted_server(lambda _: b"-LOADING Redis is loading\r\n") as url:
        assert "still loading its data; wait a moment" in await failure(no_settings, url)


async def test_tls_to_a_server_without_tls_is_a_one_line_error(
    no_settings: Settings, own_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_client, "CONNECT_SECONDS", 0.3)
    line = await failure(no_settings, f"rediss://127.0.0.1:{own_server.listen()}")

    assert "check whether it speaks TLS" in line


async def test_the_store_speaks_tls_and_checks_the_certificate(
    no_settings: Settings, certificate: Certificate
) -> None:
    answers = knowing("redis_version:7.0.0\r\n")
    async with scripted_server(answers, tls=certificate.serving()) as url:
        trusting = f"{url}?ssl_ca_certs={certificate.path}"
        async with open_store("p", replace(no_settings, redis_url=trusting)) as store:
            assert (await store.server_info()).version == "7.0.0"

        assert "TLS failed" in await failure(no_settings, url)


async def test_an_unknown_option_in_the_url_is_a_one_line_error(no_settings: Settings) -> None:
    line = await failure(no_settings, "redis://127.0.0.1:1?socket_timeout=soon")
    assert line.startswith("ORCHESTRA_REDIS_URL has an option that is not understood")
    line = await failure(no_settings, "redis://127.0.0.1:1?colour=blue")
    assert line.startswith("ORCHESTRA_REDIS_URL has an option that is not understood")


async def test_the_private_valkey_is_used_when_no_url_is_set(tmp_path: Path) -> None:
    with short_directory() as runtime:
        settings = Settings("", tmp_path / "state", runtime, "")
        async with open_store("p", settings) as store:
            assert (await store.server_info()).product == "valkey"
            assert (await store.snapshot()).seq == 0


def test_importing_the_store_does_not_import_the_client() -> None:
    code = (
        "import sys, orchestra_core.store.open_store, orchestra_core.store.follow; "
        "sys.exit('redis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
