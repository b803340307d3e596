"""What went wrong, as a code of store_errors, from an exception of redis-py or the system."""

import re
import ssl
from socket import gaierror

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    AuthenticationError,
    AuthenticationWrongNumberOfArgsError,
    InvalidResponse,
    RedisClusterException,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

TROUBLE = (OSError, RedisError, RedisClusterException)

_LOGIN_CODES = ("WRONGPASS", "NOAUTH")
_CODE = re.compile(r"(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
_IN_SCRIPT = re.compile(r"@user_script: ?\d+: -(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
# A right that a command of a script lacks, as Redis 7.0 and newer servers word it.
_NO_RIGHT = re.compile(
    r"(ACL failure in script: (?P<new>.*?)|(?P<old>The user executing the script can't .*?))"
    r"( script: .*|$)",
    re.DOTALL,
)
_BY_KIND: tuple[tuple[type[BaseException], str], ...] = (
    (InvalidResponse, "protocol"),
    (ConnectionRefusedError, "refused"),
    (FileNotFoundError, "no-socket"),
    (PermissionError, "no-access"),
    (gaierror, "no-host"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "timeout"),
    (RedisTimeoutError, "timeout"),
)


def failure_code(error: BaseException) -> tuple[str, str]:
    """Return a failure's code, and the words of the server or the system."""
    while type(error) is RedisConnectionError and isinstance(error.__cause__, RedisError):
        error = error.__cause__  # an answer to the handshake, which redis-py wraps
    text = str(error)
    if isinstance(error, AuthenticationError | AuthenticationWrongNumberOfArgsError):
        # Among others, ERR answers a password where none is set.
        return (error.status_code if error.status_code in _LOGIN_CODES else "WRONGPASS"), text
    if isinstance(error, MasterNotFoundError | RedisClusterException):
        return "directory", text
    if isinstance(error, RedisError) and error.status_code not in {None, "ERR"}:
        return str(error.status_code), text
    if isinstance(error, ResponseError):
        no_right = _NO_RIGHT.search(text)
        if no_right is not None:
            return "NOPERM", no_right["new"] or no_right["old"]
        # Redis 6.2 wraps the error of a script's command; newer servers do not.
        said = _IN_SCRIPT.search(text) or _CODE.match(text)
        return (said["code"], said["text"]) if said is not None else ("error", text)
    return _code_of_the_system(error), text


def _code_of_the_system(error: BaseException) -> str:
    """Return the code of the error that redis-py wrapped, or of the error itself."""
    wrapped: BaseException | None = error
    while wrapped is not None:
        for kind, code in _BY_KIND:
            if isinstance(wrapped, kind):
                return code
        wrapped = wrapped.__cause__ or wrapped.__context__
    return "lost"
