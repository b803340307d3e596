"""One command to a server and its answer, without asyncio and without a client library.

It is for programs whose start-up time counts: importing redis-py takes several times as long. It
speaks RESP2 through hiredis and knows neither passwords nor TLS nor retries.
"""

import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

import hiredis

if TYPE_CHECKING:
    from collections.abc import Callable

Answer: TypeAlias = "bytes | int | list[Answer] | None"
Target: TypeAlias = Path | tuple[str, int]

_NOT_ENOUGH = object()
_READ_AT_ONCE = 65_536
# Its stub declares a tuple with one word, and no result.
_pack = cast("Callable[[tuple[str, ...]], bytes]", hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]


class Refusal(ValueError):  # noqa: N818 - it is an answer
    """The server's error answer; the first word of its text is usually a code."""


class Garbled(ValueError):  # noqa: N818 - as above
    """The server's bytes are not a Redis answer."""


class HungUp(ConnectionError):  # noqa: N818 - as above
    """The server closed the connection before it answered, as it does on SHUTDOWN."""


def ask(
    target: Target, *command: str, connect_seconds: float = 1.0, answer_seconds: float = 1.0
) -> Answer:
    """Send one command to a unix socket's path or a host and port, and return its answer.

    `answer_seconds` bounds each wait for a part of the answer. Raises OSError (HungUp is one),
    Refusal or Garbled.
    """
    with closing(_connected(target, connect_seconds)) as connection:
        connection.settimeout(answer_seconds)
        connection.sendall(_pack(command))
        return _answer(connection)


def _connected(target: Target, seconds: float) -> socket.socket:
    if not isinstance(target, Path):
        return socket.create_connection(target, seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(str(target))
    except BaseException:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> Answer:
    reader = hiredis.Reader(protocolError=Garbled, replyError=Refusal, notEnoughData=_NOT_ENOUGH)
    while (answer := reader.gets()) is _NOT_ENOUGH:
        try:
            received = connection.recv(_READ_AT_ONCE)
        except ConnectionResetError as error:
            raise HungUp("the server hung up") from error
        if not received:
            raise HungUp("the server hung up")
        reader.feed(received)
    if isinstance(answer, Refusal):
        raise answer
    return answer
