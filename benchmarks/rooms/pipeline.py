"""Changes sent many at a time over a plain socket, so that the sender costs next to nothing.

They are the store's own changes, run by its own script; only the client is another.
"""

import socket
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import BinaryIO

from orchestra_core.change import Change
from orchestra_core.models import Presence
from orchestra_core.store.change_script import prepare
from orchestra_core.store.client.address import read_address
from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.redis_client import RedisClient
from orchestra_core.store.documents import encode
from orchestra_core.store.keys import Keys
from orchestra_core.store.reads import Reads
from orchestra_core.store.scripts import script

_AT_ONCE = 50


class Pipeline:
    """A connection that sends several commands before it reads the answers."""

    def __init__(self, connection: socket.socket, url: str, project: str) -> None:
        self._connection = connection
        self._answers: BinaryIO = connection.makefile("rb")
        self._keys = Keys(project)
        # Asks for nothing and so connects to nothing: these changes depend on nothing read.
        self._reads = Reads(RedisClient(read_address(url)), self._keys)
        for name in ("change", "presence"):
            self.ask(("SCRIPT", "LOAD", script(name).source))

    def ask(self, *commands: tuple[Part, ...]) -> None:
        """Send commands together and read all their answers; raises RuntimeError for an error."""
        self._connection.sendall(b"".join(map(_encoded, commands)))
        for _ in commands:
            self._skip()

    def commit(self, changes: Iterable[Change]) -> None:
        """Commit changes, many at a time."""
        waiting: list[tuple[Part, ...]] = []
        for change in changes:
            waiting.append(self.prepared(change))
            if len(waiting) == _AT_ONCE:
                self.ask(*waiting)
                waiting.clear()
        if waiting:
            self.ask(*waiting)

    def prepared(self, change: Change) -> tuple[Part, ...]:
        """Return the command that commits a change."""
        call = prepare(change, self._reads, self._keys)
        return ("EVALSHA", script("change").sha, len(call.keys), *call.keys, *call.arguments)

    def reported(self, presence: Presence) -> tuple[Part, ...]:
        """Return the command that reports what a worker does, as `Store.report_presence` does."""
        keys = (self._keys.presence, self._keys.activity(presence.chamber_id))
        arguments = (self._keys.presence_channel, presence.chamber_id, 500, encode(presence))
        return ("EVALSHA", script("presence").sha, len(keys), *keys, *arguments)

    def close(self) -> None:
        """Hang up."""
        self._answers.close()

    def _skip(self) -> None:
        line = self._answers.readline()
        match line[:1]:
            case b"$" if int(line[1:]) >= 0:
                self._answers.read(int(line[1:]) + 2)
            case b"*":
                for _ in range(int(line[1:])):
                    self._skip()
            case b"-" | b"":
                raise RuntimeError(line.decode().strip() or "the server hung up")
            case _:
                pass


@contextmanager
def a_pipeline(url: str, project: str) -> Generator[Pipeline]:
    """Give a connection to the server at `unix://…`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        pipeline = Pipeline(connection, url, project)
        try:
            yield pipeline
        finally:
            pipeline.close()


def _encoded(words: tuple[Part, ...]) -> bytes:
    raws = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n%b" % (len(raws), b"".join(b"$%d\r\n%b\r\n" % (len(r), r) for r in raws))
