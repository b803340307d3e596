"""As much of the Redis protocol as it takes to ask a server one thing (redis.io, RESP2)."""

import socket
from pathlib import Path

_ANSWER_LIMIT = 1_000_000


def ask(path: Path, *words: str, timeout: float = 1.0) -> str:
    """Send one command and return the answer's text; an error's begins with "-".

    An answer of "" means the server closed the connection, as it does on SHUTDOWN. Raises OSError
    when nobody listens or no answer comes within `timeout` seconds.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        connection.sendall(_command(words))
        return _answer(connection)


def _command(words: tuple[str, ...]) -> bytes:
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        raw = word.encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


def _answer(connection: socket.socket) -> str:
    received = b""
    while not _complete(received) and len(received) < _ANSWER_LIMIT:
        try:
            chunk = connection.recv(65_536)
        except ConnectionResetError:
            return ""
        if not chunk:
            return ""
        received += chunk
    head, _, rest = received.partition(b"\r\n")
    body = rest[:-2] if head.startswith(b"$") else head.removeprefix(b"+")
    return body.decode("utf-8", "replace")


def _complete(received: bytes) -> bool:
    head, end, rest = received.partition(b"\r\n")
    if not end:
        return False
    return not head.startswith(b"$") or len(rest) >= int(head[1:]) + 2
