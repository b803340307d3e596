"""Connections with the same options share one TLS context, until a file of it changes."""

import shutil
import ssl
from asyncio import sslproto
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio.connection import RedisSSLContext, SSLConnection

from orchestra_core.store.client.address import read_address
from orchestra_core.store.client.connections import SharedSSLContext, connections_to
from tests.support.stores.certificates import Certificate, own_certificate


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


@pytest.mark.parametrize(("names_one", "is_systems"), [(True, False), (False, True)])
def test_where_the_url_names_an_authority_the_systems_are_not_trusted(
    certificate: Certificate, *, names_one: bool, is_systems: bool
) -> None:
    named = str(certificate.path) if names_one else None
    trusted = SharedSSLContext(ca_certs=named, cert_reqs="required").get().get_ca_certs()
    systems = ssl.create_default_context().get_ca_certs()
    assert len(trusted) == (len(systems) if is_systems else 1)


def test_the_library_has_no_option_of_a_context_that_ours_leaves_out() -> None:
    files = {"keyfile", "certfile", "password", "ca_certs", "ca_path", "ca_data"}
    checks = {"cert_reqs", "check_hostname", "include_verify_flags", "exclude_verify_flags"}
    assert set(RedisSSLContext.__slots__) == {*files, *checks, "min_version", "ciphers", "context"}


def test_a_context_has_the_options_of_its_url(certificate: Certificate) -> None:
    context = SharedSSLContext(
        certfile=str(certificate.path),
        keyfile=str(certificate.key),
        cert_reqs="none",
        check_hostname=False,
        min_version=ssl.TLSVersion.TLSv1_3,
        ciphers="ECDHE+AESGCM",
        include_verify_flags=[ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF],
        exclude_verify_flags=[ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST],
    ).get()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_NONE, False)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_3
    flags = ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF, ssl.VerifyFlags.VERIFY_X509_TRUSTED_FIRST
    assert [flag in context.verify_flags for flag in flags] == [True, False]
    names = {str(cipher["name"]) for cipher in context.get_ciphers()}
    assert not any(name.startswith("ECDHE-ECDSA-CHACHA20") for name in names)


def test_a_connection_over_tls_reads_no_more_than_a_record_or_two_at_once() -> None:
    connections_to(read_address("rediss://127.0.0.1"), 1.0)
    assert sslproto.SSLProtocol.max_size <= 32_768
