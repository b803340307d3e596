"""Each exception of redis-py is known by a code, whatever it was wrapped in."""

import ssl
from socket import gaierror

import pytest
from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    InvalidResponse,
    NoPermissionError,
    RedisClusterException,
    ResponseError,
)
from redis.exceptions import (
    ConnectionError as RedisConnectionError,
)
from redis.exceptions import (
    TimeoutError as RedisTimeoutError,
)

from orchestra_core.store.client.failure_codes import failure_code


@pytest.mark.parametrize(
    ("error", "code", "detail"),
    [
        (BusyLoadingError("its data", status_code="LOADING"), "LOADING", "its data"),
        (NoPermissionError("no 'x'", status_code="NOPERM"), "NOPERM", "no 'x'"),
        (ResponseError("MISCONF the disk"), "MISCONF", "the disk"),
        (
            ResponseError("wrong number of words", status_code="ERR"),
            "error",
            "wrong number of words",
        ),
        (
            ResponseError("Error running script: @user_script: 3: -READONLY a replica"),
            "READONLY",
            "a replica",
        ),
        (
            ResponseError(
                "ACL failure in script: User app has no permissions to run the 'xadd' command "
                "script: 118dd7d9, on @user_script:74.",
                status_code="ERR",
            ),
            "NOPERM",
            "User app has no permissions to run the 'xadd' command",
        ),
        (
            ResponseError(
                "The user executing the script can't run this command or subcommand "
                "script: 118dd7d9, on @user_script:74.",
                status_code="ERR",
            ),
            "NOPERM",
            "The user executing the script can't run this command or subcommand",
        ),
        (AuthenticationError("wanted", status_code="NOAUTH"), "NOAUTH", "wanted"),
        (AuthenticationError("wrong", status_code="WRONGPASS"), "WRONGPASS", "wrong"),
        (
            AuthenticationError("no password is set", status_code="ERR"),
            "WRONGPASS",
            "no password is set",
        ),
        (InvalidResponse("HTTP/1.1"), "protocol", "HTTP/1.1"),
        (MasterNotFoundError("none"), "directory", "none"),
        (RedisClusterException("none"), "directory", "none"),
        (RedisTimeoutError("late"), "timeout", "late"),
        (TimeoutError("late"), "timeout", "late"),
        (ConnectionResetError("reset"), "lost", "reset"),
        (
            RedisConnectionError("Connection closed by server."),
            "lost",
            "Connection closed by server.",
        ),
    ],
)
def test_a_failure_has_a_code_and_the_servers_words(
    error: Exception, code: str, detail: str
) -> None:
    assert failure_code(error) == (code, detail)


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (ConnectionRefusedError(), "refused"),
        (FileNotFoundError(), "no-socket"),
        (PermissionError(), "no-access"),
        (gaierror(), "no-host"),
        (ssl.SSLError(), "tls"),
        (BrokenPipeError(), "lost"),
        (AuthenticationError("wrong", status_code="WRONGPASS"), "WRONGPASS"),
        (BusyLoadingError("its data", status_code="LOADING"), "LOADING"),
    ],
)
def test_a_wrapped_error_gets_the_code_of_its_cause(cause: Exception, code: str) -> None:
    wrapped = RedisConnectionError("it failed")
    wrapped.__cause__ = cause

    assert failure_code(wrapped)[0] == code


def test_an_error_raised_while_handling_another_gets_the_code_of_that_one() -> None:
    raised = RedisConnectionError("Error 111 connecting")
    raised.__context__ = ConnectionRefusedError()

    assert failure_code(raised)[0] == "refused"
