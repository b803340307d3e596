"""Connections with the same options share one TLS context, until a file of it changes."""

import shutil
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio.connection import SSLConnection

from orchestra_core.store.client.address import read_address
from orchestra_core.store.client.connections import SharedSSLContext, connections_to
from tests.support.certificates import Certificate, own_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return own_certificate(tmp_path)


def test_the_connections_of_redis_py_share_a_context(certificate: Certificate) -> None:
    connections_to(read_address("rediss://127.0.0.1:1"), 1.0)
    made = [SSLConnection(ssl_ca_certs=str(certificate.path)).ssl_context for _ in range(2)]
    first, second = (cast("SharedSSLContext", options) for options in made)
    assert first is not second
    assert first.get() is second.get()


def test_other_options_have_another_context(certificate: Certificate) -> None:
    checked = SharedSSLContext(ca_certs=str(certificate.path), cert_reqs="required")
    unchecked = SharedSSLContext(ca_certs=str(certificate.path), cert_reqs="none")
    assert checked.get() is not unchecked.get()
    assert checked.get().verify_mode != unchecked.get().verify_mode


def test_a_certificate_that_was_replaced_counts_for_the_next_connection(
    certificate: Certificate, tmp_path: Path
) -> None:
    certfile, keyfile = str(certificate.path), str(certificate.key)
    before = SharedSSLContext(certfile=certfile, keyfile=keyfile).get()
    (tmp_path / "new").mkdir()
    renewed = own_certificate(tmp_path / "new")
    shutil.copy(renewed.path, certificate.path)
    shutil.copy(renewed.key, certificate.key)
    assert SharedSSLContext(certfile=certfile, keyfile=keyfile).get() is not before


def test_a_file_that_is_missing_is_an_error_each_time(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(OSError, match="No such file"):
            SharedSSLContext(ca_certs=str(tmp_path / "none.pem")).get()
