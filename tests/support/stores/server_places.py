"""Every kind of place that a store can be at, each with a server of its own."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from orchestra_core.store.client.acl_rights import least_rights
from tests.support.stores.certificates import own_certificate
from tests.support.stores.valkey import Server, free_port, running_sentinel, running_server
from tests.support.stores.valkey_users import wait_until

_SLOTS = 16_384


@contextmanager
def _socket(binary: str) -> Generator[str]:
    with running_server(binary) as server:
        yield server.url


@contextmanager
def _port(binary: str) -> Generator[str]:
    with running_server(binary) as server:
        yield f"redis://127.0.0.1:{server.listen()}/3"


@contextmanager
def _password(binary: str) -> Generator[str]:
    with running_server(binary) as server:
        server.command("CONFIG", "SET", "requirepass", "correct-horse")
        yield f"unix://:correct-horse@{server.socket}"


@contextmanager
def _least_rights(binary: str) -> Generator[str]:
    with running_server(binary) as server:
        yield f"unix://app:correct-horse@{_allowed(server, least_rights())}"


def _allowed(server: Server, rights: str) -> Path:
    answer = server.command(
        "ACL", "SETUSER", "app", "reset", "on", ">correct-horse", *rights.split()
    )
    assert answer == b"+OK\r\n", answer
    return server.socket


@contextmanager
def _tls(binary: str) -> Generator[str]:
    with _speaking_tls(binary, "no") as (port, directory):
        yield f"rediss://127.0.0.1:{port}?ssl_ca_certs={directory / 'cert.pem'}"


@contextmanager
def _client_certificate(binary: str) -> Generator[str]:
    with _speaking_tls(binary, "yes") as (port, directory):
        cert, key = directory / "cert.pem", directory / "key.pem"
        options = f"ssl_ca_certs={cert}&ssl_certfile={cert}&ssl_keyfile={key}"
        yield f"rediss://127.0.0.1:{port}?{options}"


@contextmanager
def _speaking_tls(binary: str, asks: str) -> Generator[tuple[int, Path]]:
    with running_server(binary) as server:
        made = own_certificate(server.directory)
        files = {"cert-file": made.path, "key-file": made.key, "ca-cert-file": made.path}
        port = free_port()
        settings = [word for name, path in files.items() for word in (f"tls-{name}", str(path))]
        answer = server.command(
            *("CONFIG", "SET", *settings, "tls-auth-clients", asks, "tls-port", str(port))
        )
        if answer != b"+OK\r\n":
            pytest.skip(f"{binary} was built without TLS: {answer.decode()}")
        yield port, server.directory


@contextmanager
def _sentinel(binary: str) -> Generator[str]:
    with (
        running_server(binary) as primary,
        running_sentinel(binary, "room", primary.listen()) as sentinel,
    ):
        yield f"redis+sentinel://127.0.0.1:{sentinel.port}/room"


@contextmanager
def _cluster(binary: str) -> Generator[str]:
    with _node(binary) as node:
        yield f"redis+cluster://127.0.0.1:{node.port}"


@contextmanager
def _cluster_with_least_rights(binary: str) -> Generator[str]:
    with _node(binary) as node:
        _allowed(node, least_rights(cluster=True))
        yield f"redis+cluster://app:correct-horse@127.0.0.1:{node.port}"


@contextmanager
def _node(binary: str) -> Generator[Server]:
    options = ("--cluster-enabled", "yes", "--bind", "127.0.0.1")
    with running_server(binary, *options, port=free_port()) as node:
        node.command("CLUSTER", "ADDSLOTS", *map(str, range(_SLOTS)))
        wait_until(lambda: b"cluster_state:ok" in node.command("CLUSTER", "INFO"))
        yield node


PLACES: dict[str, Callable[[str], AbstractContextManager[str]]] = {
    "socket": _socket,
    "port": _port,
    "socket-with-password": _password,
    "least-rights": _least_rights,
    "tls": _tls,
    "client-certificate": _client_certificate,
    "sentinel": _sentinel,
    "cluster": _cluster,
    "cluster-with-least-rights": _cluster_with_least_rights,
}
