"""The one module that imports redis: commands in, typed answers out, every failure one line.

It keeps to connections and their pool, speaks RESP2 (the same answers from Redis 6.2 to Valkey 9)
and does all retrying itself: redis-py's own would re-send a write without anyone knowing.
Everything sent through here may be sent twice: reads by nature, scripts by their operation ids.
"""

import asyncio
import math
import random
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from socket import gaierror
from typing import TypeVar

from redis.asyncio.connection import AbstractConnection, BlockingConnectionPool, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, InvalidResponse, RedisError, ResponseError
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import TimeoutError as SlowError

from orchestra_core.errors import BadInput
from orchestra_core.settings import REDIS_URL
from orchestra_core.store.address import Address
from orchestra_core.store.answers import Answer, as_bytes, as_list
from orchestra_core.store.client import Part
from orchestra_core.store.failures import ELSEWHERE, LOST, PASSING, Failure
from orchestra_core.store.scripts import Script

_CONNECTIONS = 16
CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0  # above the slowest answer there is: a snapshot on a busy machine
# Pauses before a command is sent again, in seconds; their sum bounds how long a caller waits.
PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0, 1.5)

Result = TypeVar("Result")


class Subscription:
    """A connection of its own that hears some channels."""

    def __init__(
        self, connection: AbstractConnection, fail: Callable[[Exception], Failure]
    ) -> None:
        self._connection = connection
        self._fail = fail

    async def hear(self) -> tuple[bytes, bytes]:
        """Wait for the next message, as channel and payload; raises StoreUnavailable."""
        while True:
            answer = await self._read()
            if as_bytes(answer[0]) == b"message":
                return as_bytes(answer[1]), as_bytes(answer[2])

    async def confirmed(self, channels: int) -> None:
        """Wait until the server has confirmed every channel: from then on nothing is missed."""
        for _ in range(channels):
            await self._read(ANSWER_SECONDS)

    async def _read(self, seconds: float = math.inf) -> list[Answer]:
        try:
            return as_list(await _answer(self._connection, seconds))
        except (RedisError, OSError) as error:
            raise self._fail(error) from error


class RedisClient:
    """Commands to the server that holds one project."""

    def __init__(
        self, address: Address, slot_key: str, revive: Callable[[], None] | None = None
    ) -> None:
        """`slot_key` finds the node in a cluster; `revive` starts a private server again."""
        self._address = address
        self._slot_key = slot_key
        self._revive = revive
        self._mending = asyncio.Lock()
        self._pool: BlockingConnectionPool | None = None
        self._listening: set[AbstractConnection] = set()
        self._closed = False
        self._has_directory = address.kind in {"sentinel", "cluster"}
        self._answered = False

    @property
    def closed(self) -> bool:
        """Whether the client has been closed for good."""
        return self._closed

    async def call(self, *command: Part) -> Answer:
        """Send one command and return its answer; raises StoreUnavailable."""
        return await self._patiently(lambda: self._send(command))

    async def run(self, script: Script, keys: tuple[str, ...], arguments: Sequence[Part]) -> Answer:
        """Run a script, by its digest while the server knows it."""
        rest = (len(keys), *keys, *arguments)

        async def send() -> Answer:
            try:
                return await self._send(("EVALSHA", script.sha, *rest))
            except Failure as failure:
                if failure.code != "NOSCRIPT":
                    raise
            return await self._send(("EVAL", script.source, *rest))

        return await self._patiently(send)

    @asynccontextmanager
    async def listen(self, *channels: str) -> AsyncGenerator[Subscription, None]:
        """Subscribe on a connection of its own; entered once the server has confirmed it."""
        connection: AbstractConnection | None = None
        try:
            try:
                pool = await self._connected()
                connection = pool.make_connection()
                self._listening.add(connection)
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.connect()
                    await connection.send_command("SUBSCRIBE", *channels)
            except (RedisError, OSError) as error:
                raise self._failure(error) from error
            subscription = Subscription(connection, self._failure)
            await subscription.confirmed(len(channels))
            yield subscription
        finally:
            if connection is not None:
                self._listening.discard(connection)
                await connection.disconnect(nowait=True)

    async def mend(self) -> None:
        """Start a private server again if it has died, and find anew where to connect to."""
        async with self._mending:
            if self._revive is not None and not self._closed:
                await asyncio.to_thread(self._revive)
            if self._has_directory:
                await self._forget()

    async def close(self) -> None:
        """Close every connection for good: whatever still waits ends."""
        self._closed = True
        await self._forget()
        for connection in tuple(self._listening):
            await connection.disconnect(nowait=True)

    async def _forget(self) -> None:
        """Close the pool; the next command finds its server anew."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.disconnect()

    async def _patiently(self, send: Callable[[], Awaitable[Result]]) -> Result:
        for pause in PAUSES:
            try:
                return await send()
            except Failure as failure:
                if not self._may_pass(failure.code):
                    raise
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries
                if failure.code not in PASSING:
                    await self.mend()
        return await send()

    def _may_pass(self, code: str) -> bool:
        """Whether sending again may do; a server that never answered is told of at once."""
        if code in LOST:
            return self._answered
        return code in PASSING or (code in ELSEWHERE and self._has_directory)

    async def _send(self, command: tuple[Part, ...]) -> Answer:
        try:
            answer = await _exchange(await self._connected(), command)
        except (RedisError, OSError) as error:
            raise self._failure(error) from error
        self._answered = True
        return answer

    async def _connected(self) -> BlockingConnectionPool:
        if self._closed:
            raise Failure("closed", "", self._address.shown, private=self._revive is not None)
        if self._pool is None:
            located = await self._locate()
            if self._pool is None:
                self._pool = located
        return self._pool

    async def _locate(self) -> BlockingConnectionPool:
        """Return a pool for the server itself, asking a Sentinel or a cluster which one it is."""
        address = self._address
        if address.kind in {"server", "socket"}:
            return _pool(address.url)
        trouble = "no answer"
        for host, port in address.hosts:
            plain = address.kind == "cluster"
            asked = _pool(address.url, host, port, authenticate=plain)
            try:
                where = await (self._owner(asked) if plain else self._primary(asked))
            except (RedisError, OSError) as error:
                trouble = str(self._failure(error))
                continue
            finally:
                await asked.disconnect()
            if where is not None:
                return _pool(address.url, where[0] or host, where[1])
            trouble = f"{host}:{port} knows of none"
        what = "service" if address.kind == "sentinel" else "cluster node"
        named = f" {address.service!r}" if address.service else ""
        raise Failure(
            "directory", f"no {what}{named} was found: {trouble}", address.shown, private=False
        )

    async def _primary(self, asked: BlockingConnectionPool) -> tuple[str, int] | None:
        command = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.service)
        answer = await _exchange(asked, command)
        if answer is None:
            return None
        host, port = as_list(answer)
        return as_bytes(host).decode(), int(as_bytes(port))

    async def _owner(self, asked: BlockingConnectionPool) -> tuple[str, int] | None:
        slot = await _exchange(asked, ("CLUSTER", "KEYSLOT", self._slot_key))
        for line in as_list(await _exchange(asked, ("CLUSTER", "SLOTS"))):
            first, last, node = as_list(line)[:3]
            if isinstance(slot, int) and int(str(first)) <= slot <= int(str(last)):
                host, port = as_list(node)[:2]
                return as_bytes(host or b"").decode(), int(str(port))
        return None

    def _failure(self, error: Exception) -> Failure:
        code, detail = _code(error)
        if code == "timeout" and self._address.url.startswith("rediss:"):
            code = "tls-timeout"
        return Failure(code, detail, self._address.shown, private=self._revive is not None)


def _pool(
    url: str, host: str = "", port: int = 0, *, authenticate: bool = True
) -> BlockingConnectionPool:
    """Return a pool that connects as `url` says, to another host where one is named."""
    try:
        options = parse_url(url)
        if host:
            options["host"], options["port"] = host, port
        if not authenticate:  # a Sentinel has no databases, and seldom the primary's password
            for name in ("username", "password", "db"):
                options.pop(name, None)
        pool = BlockingConnectionPool(
            max_connections=_CONNECTIONS,
            timeout=ANSWER_SECONDS,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=CONNECT_SECONDS,
            # Ours, below: redis-py would send within asyncio.wait_for, which before Python 3.12
            # swallows a cancellation that comes as the sending ends (python/cpython#86296).
            socket_timeout=None,
            **options,
        )
        pool.make_connection()  # not connected yet: it only judges the options
    except (ValueError, TypeError) as error:
        raise BadInput(f"{REDIS_URL} has an option that is not understood: {error}") from error
    return pool


async def _exchange(pool: BlockingConnectionPool, command: tuple[Part, ...]) -> Answer:
    # redis-py types neither of the two: what comes is one of ours, and an Answer is taken apart
    # with checks.
    connection: AbstractConnection | None = None
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            connection = await pool.get_connection()  # pyright: ignore[reportUnknownMemberType]
            await connection.send_command(*command)
            return await _answer(connection)
    except ResponseError:
        raise
    except BaseException:
        # Whatever it was, the answer may still come: nobody else may read it from this connection.
        if connection is not None:
            await connection.disconnect(nowait=True)
        raise
    finally:
        if connection is not None:
            await pool.release(connection)


async def _answer(connection: AbstractConnection, seconds: float | None = None) -> Answer:
    # The parser is not typed; with decode_responses off, these four are what it makes of RESP2.
    return await connection.read_response(timeout=seconds)  # pyright: ignore[reportUnknownVariableType]


_CODE = re.compile(r"(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
_IN_SCRIPT = re.compile(r"@user_script: ?\d+: -(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
_BY_KIND: tuple[tuple[type[BaseException], str], ...] = (
    (AuthenticationError, "WRONGPASS"),
    (InvalidResponse, "protocol"),
    (ConnectionRefusedError, "refused"),
    (FileNotFoundError, "no-socket"),
    (PermissionError, "no-access"),
    (gaierror, "no-host"),
    (ssl.SSLError, "tls"),
    (SlowError, "timeout"),
    (TimeoutError, "timeout"),
)


def _code(error: Exception) -> tuple[str, str]:
    """Return the code of a failure and what the server or the system said."""
    text = str(error)
    if isinstance(error, ResponseError):
        status = error.status_code or ""
        # Redis 6.2 wraps what a script's command said; newer ones say it plainly.
        said = _IN_SCRIPT.search(text) or _CODE.match(f"{status} {text}".strip())
        return (said["code"], said["text"]) if said and said["code"] != "ERR" else ("error", text)
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, RedisError) and cause.status_code not in {None, "ERR"}:
            return str(cause.status_code), str(cause)
        for kind, code in _BY_KIND:
            if isinstance(cause, kind):
                return code, str(cause)
        cause = cause.__cause__ or cause.__context__
    return ("lost" if isinstance(error, LostError | OSError) else "error"), text
