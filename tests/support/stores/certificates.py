"""A self-signed certificate for 127.0.0.1."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Certificate:
    """The paths of a certificate and its key."""

    path: Path
    key: Path

    def serving(self) -> ssl.SSLContext:
        """Return what a server needs to speak TLS with it."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.path, self.key)
        return context


def own_certificate(directory: Path) -> Certificate:
    """Make a certificate for 127.0.0.1; skips the test if there is no openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("a certificate takes openssl")
    made = Certificate(directory / "cert.pem", directory / "key.pem")
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    outputs = ("-keyout", str(made.key), "-out", str(made.path))
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *outputs)
    subprocess.run(command, check=True, capture_output=True)
    return made
