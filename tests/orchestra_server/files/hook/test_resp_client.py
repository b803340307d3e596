import socket

import pytest

from orchestra_server.files.hook.json_files import Fields
from orchestra_server.files.hook.resp_client import all_succeeded, run_commands
from tests.support.valkey import short_directory

# The hook's process ends right after: it leaves its connection to the system.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


def succeeded(answer: bytes, count: int) -> bool:
    """Return what the client makes of a server's bytes, after which the server hangs up."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        return all_succeeded(ours, count)


@pytest.mark.parametrize(
    ("answer", "count"),
    [(b"+OK\r\n", 1), (b":1\r\n+OK\r\n", 2), (b"$5\r\na\r\nbc\r\n", 1), (b"$0\r\n\r\n:7\r\n", 2)],
)
def test_answers_without_an_error_succeed(answer: bytes, count: int) -> None:
    assert succeeded(answer, count)


@pytest.mark.parametrize(
    ("answer", "count"),
    [(b"-NOAUTH\r\n", 1), (b"+OK\r\n-ERR no\r\n", 2), (b"$-1\r\n", 1), (b"+OK\r\n", 2),
     (b"$5\r\nab", 1), (b"", 1)],
)  # fmt: skip
def test_an_error_a_missing_value_and_an_incomplete_answer_fail(answer: bytes, count: int) -> None:
    assert not succeeded(answer, count)


@pytest.mark.parametrize(
    "redis", [{}, {"socket": "/nonexistent/s"}, {"host": "127.0.0.1", "port": 1}]
)
def test_without_a_server_the_commands_fail(redis: Fields) -> None:
    assert not run_commands(redis, [["PING"]], 0.05)


def test_a_server_that_never_answers_times_out() -> None:
    with short_directory() as directory, socket.socket(socket.AF_UNIX) as server:
        server.bind(str(directory / "s"))
        server.listen()
        assert not run_commands({"socket": str(directory / "s")}, [["PING"]], 0.05)
