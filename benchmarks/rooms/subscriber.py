"""The fastest way to hear an event: a plain socket that has subscribed."""

import socket
import time
from collections.abc import Generator
from contextlib import contextmanager

from orchestra_core.store.keys import Keys

_PATIENCE = 10.0  # seconds


class Subscriber:
    """Receives a project's notifications without a thread: it reads when it is called."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""

    def wait_for(self, mark: str) -> float:
        """Return the moment (of perf_counter) at which `mark` was heard."""
        wanted = mark.encode()
        while wanted not in self._rest:
            self._rest = self._rest[-len(wanted) :] + self._connection.recv(1 << 20)
        self._rest = b""
        return time.perf_counter()


@contextmanager
def a_subscriber(url: str, project: str) -> Generator[Subscriber]:
    """Subscribe at `unix://…`."""
    channel = Keys(project).channel.encode()
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_PATIENCE)
        connection.connect(url.removeprefix("unix://"))
        connection.sendall(b"*2\r\n$9\r\nSUBSCRIBE\r\n$%d\r\n%b\r\n" % (len(channel), channel))
        yield Subscriber(connection)
