"""A minimal Redis client (RESP2), which gives up after a short time."""

import _socket
import _thread

from orchestra_server.files.hook.json_files import Fields, items_of, text

# For each step; a local server takes a hundredth of it.
REDIS_TIMEOUT_S = 0.05
ALL_STEPS_S = 0.2  # and this much more for all steps together


def run_commands(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands over one connection and say whether all succeeded.

    A slow look-up of a host name cannot be interrupted, so over TCP a thread does the work, and
    after the time limit it is abandoned.
    """
    if not redis.get("host"):
        return bool(redis) and send_commands(redis, commands, timeout)
    finished, outcome = _thread.allocate_lock(), list[bool]()

    def send_in_thread() -> None:
        outcome.append(send_commands(redis, commands, timeout))
        finished.release()

    finished.acquire()
    _thread.start_new_thread(send_in_thread, ())
    finished.acquire(timeout=timeout + ALL_STEPS_S)
    return outcome == [True]


def send_commands(redis: Fields, commands: list[list[str]], timeout: float) -> bool:
    """Send commands and read their answers; `timeout` is for each step."""
    hello = [list(map(text, items_of(command))) for command in items_of(redis.get("hello"))]
    try:
        connection = connect(redis, timeout)
        for command in (*hello, *commands):
            parts = [part.encode("utf-8", "replace") for part in command]
            bulk = b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)
            connection.sendall(b"*%d\r\n%b" % (len(parts), bulk))
        return all_succeeded(connection, len(hello) + len(commands))
    except (OSError, ValueError):
        return False


def connect(redis: Fields, timeout: float) -> _socket.socket:
    """Connect to the server in a chamber's settings."""
    host, path = text(redis.get("host")), text(redis.get("socket"))
    if path:  # without the module socket, whose import takes half as long as Python's start
        local = _socket.socket(_socket.AF_UNIX)
        local.settimeout(timeout)
        local.connect(path)
        return local
    import socket  # noqa: PLC0415 - its import is slow, and a Unix socket does not need it

    connection = socket.create_connection((host, int(str(redis.get("port")))), timeout)
    if not redis.get("tls"):
        return connection
    import ssl  # noqa: PLC0415 - as above

    context = ssl.create_default_context(cafile=text(redis.get("ca")) or None)
    if redis.get("verify") is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(connection, server_hostname=host)


def all_succeeded(connection: _socket.socket, count: int) -> bool:
    """Read `count` answers (lines, numbers and bulk strings) and say whether none is an error."""
    buffer, kinds = b"", b""
    while len(kinds) < count:
        line, line_end, rest = buffer.partition(b"\r\n")
        size = int(line[1:]) + 2 if line[:1] == b"$" and line != b"$-1" and line_end else 0
        if line_end and len(rest) >= size:
            kinds += line[:1] if line != b"$-1" else b"-"
            buffer = rest[size:]
            continue
        received = connection.recv(65_536)
        if not received:
            return False
        buffer += received
    return not kinds.strip(b"+:$")
