"""A few lines of RESP: the hook tells Redis by itself, and gives up within a twentieth second."""

import _socket

from orchestra_server.files.hook.plain_files import Fields, items_of, text

REDIS_TIMEOUT_S = 0.05


def exchange(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands over one connection and say whether all succeeded (RESP2)."""
    hello = [list(map(text, items_of(command))) for command in items_of(redis.get("hello"))]
    try:
        connection = connect(redis, timeout) if redis else None
        if connection is None:
            return False
        for command in (*hello, *commands):
            parts = [part.encode("utf-8", "replace") for part in command]
            bulk = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
            connection.sendall(b"*%d\r\n%b" % (len(parts), bulk))
        return all_well(connection, len(hello) + len(commands))
    except (OSError, ValueError):
        return False


def connect(redis: Fields, timeout: float) -> _socket.socket:
    """Return a connection to the server of a chamber's settings."""
    host, path = text(redis.get("host")), text(redis.get("socket"))
    if path:  # without the module socket, which takes half as long as Python's start
        local = _socket.socket(_socket.AF_UNIX)
        local.settimeout(timeout)
        local.connect(path)
        return local
    import socket  # noqa: PLC0415 - only who needs it pays for it

    connection = socket.create_connection((host, int(str(redis.get("port")))), timeout)
    if not redis.get("tls"):
        return connection
    import ssl  # noqa: PLC0415 - as above

    context = ssl.create_default_context(cafile=text(redis.get("ca")) or None)
    if redis.get("verify") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=host)


def all_well(connection: _socket.socket, count: int) -> bool:
    """Read answers of the kinds our scripts give, a line, a number or a bulk string."""
    read, kinds = b"", b""
    while len(kinds) < count:
        line, ended, rest = read.partition(b"\r\n")
        size = int(line[1:]) + 2 if line[:1] == b"$" and line != b"$-1" and ended else 0
        if ended and len(rest) >= size:
            kinds += line[:1] if line != b"$-1" else b"-"
            read = rest[size:]
            continue
        more = connection.recv(65_536)
        if not more:
            return False
        read += more
    return not kinds.strip(b"+:$")
