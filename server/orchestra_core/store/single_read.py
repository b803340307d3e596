"""One look at the state without a client, for a command that asks once and leaves.

Importing redis and asyncio takes several times as long as the answer. This way leads only to a
server that is running and reached by a plain socket; everywhere else the store is opened, which
also says what is wrong.
"""

import socket
from contextlib import closing
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from orchestra_core.keys import Keys
from orchestra_core.private_valkey.paths import places_of, read_record
from orchestra_core.settings import Settings
from orchestra_core.state import ProjectState
from orchestra_core.store.address import read_address
from orchestra_core.store.documents import decode_snapshot, snapshot_keys
from orchestra_core.store.reply_parser import Answer
from orchestra_core.store.scripts import script

_CONNECT_SECONDS = 1.0
_ANSWER_SECONDS = 15.0  # as the store: a snapshot on a busy machine

Target = Path | tuple[str, int]


def quick_snapshot(project_id: str, settings: Settings) -> ProjectState | None:
    """Return the whole state at one moment; None where this way does not lead.

    Raises BadInput for a URL that is wrong, StoreUnavailable for documents of a later version.
    """
    target = _target(settings)
    if target is None:
        return None
    keys = snapshot_keys(Keys(project_id))
    try:
        answer = _ask(target, ("EVAL", script("snapshot").source, str(len(keys)), *keys))
    except (OSError, ValueError):
        return None
    return decode_snapshot(answer)


def _target(settings: Settings) -> Target | None:
    """Return where a plain socket reaches the server without a word of greeting."""
    if not settings.redis_url:
        record = read_record(places_of(settings))
        return Path(record.socket) if record is not None else None
    address = read_address(settings.redis_url)
    parts = urlsplit(address.url)
    if "@" in parts.netloc or parts.query:
        return None  # a password, or options that a client understands
    if address.kind == "socket":
        return Path(unquote(parts.path))
    if address.kind == "server" and parts.scheme == "redis" and parts.path == "/0":
        return address.hosts[0]
    return None


def _ask(target: Target, words: tuple[str, ...]) -> Answer:
    """Send one command and return its answer; raises OSError, or ValueError for an error."""
    with closing(_connected(target)) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        raws = [word.encode() for word in words]
        parts = [b"$%d\r\n%b\r\n" % (len(raw), raw) for raw in raws]
        connection.sendall(b"*%d\r\n%b" % (len(parts), b"".join(parts)))
        with connection.makefile("rb") as stream:
            return _answer(stream)


def _connected(target: Target) -> socket.socket:
    if not isinstance(target, Path):
        return socket.create_connection(target, _CONNECT_SECONDS)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_CONNECT_SECONDS)
        connection.connect(str(target))
    except BaseException:
        connection.close()
        raise
    return connection


def _answer(stream: BinaryIO) -> Answer:
    """Read one answer of RESP2 (redis.io/docs/latest/develop/reference/protocol-spec)."""
    line = stream.readline()
    kind, rest = line[:1], line[1:-2]
    match kind:
        case b"+":
            return rest
        case b":":
            return int(rest)
        case b"$":
            size = int(rest)
            return None if size < 0 else _exactly(stream, size + 2)[:-2]
        case b"*":
            return [_answer(stream) for _ in range(int(rest))]
        case _:
            raise ValueError(line)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    read = stream.read(size)
    if len(read) < size:
        raise ConnectionError("the server hung up in the midst of an answer")
    return read
