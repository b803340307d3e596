"""A few lines of RESP: the hook tells Redis by itself, and gives up where that takes long."""

import _socket
import _thread

from orchestra_server.files.hook.plain_files import Fields, items_of, text

# For each step; a server on this machine takes a hundredth of it.
REDIS_TIMEOUT_S = 0.05
ALL_STEPS_S = 0.2  # more than that for all of them together


def exchange(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands over one connection and say whether all succeeded.

    Nothing ends a slow look-up of a server's name, so over TCP a thread does it all; whoever waits
    for it too long lets it go.
    """
    if not redis.get("host"):
        return bool(redis) and converse(redis, commands, timeout)
    ended, succeeded = _thread.allocate_lock(), list[bool]()

    def work() -> None:
        succeeded.append(converse(redis, commands, timeout))
        ended.release()

    ended.acquire()
    _thread.start_new_thread(work, ())
    ended.acquire(timeout=timeout + ALL_STEPS_S)
    return succeeded == [True]


def converse(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands and read as many answers (RESP2); `timeout` is for each step."""
    hello = [list(map(text, items_of(command))) for command in items_of(redis.get("hello"))]
    try:
        connection = connect(redis, timeout)
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
