"""The store's client: commands in, typed answers out, every failure one line.

All retries are made here, where it is known what may be sent twice: reads always, scripts because
of their operation ids. Commands share a few connections of redis-py; each subscription has its own.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar, cast

from redis.asyncio.client import PubSub

from orchestra_core.store.client.address import Address
from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.connections import Connections, connections_to
from orchestra_core.store.client.failure_codes import TROUBLE, failure_code
from orchestra_core.store.client.redis_request import Answer
from orchestra_core.store.client.reply_parser import as_bytes, as_list
from orchestra_core.store.client.store_errors import ELSEWHERE, LOST, PASSING, Failure
from orchestra_core.store.scripts import Script

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0  # longer than the slowest answer: a snapshot on a busy machine
# Pauses before a command is sent again, in seconds; their sum bounds how long a caller waits.
PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0, 1.5)
# Commands that run at once, each on its own connection; others wait.
AT_ONCE = 8

# Codes that a directory's next answer may resolve.
_LEADS_ELSEWHERE = LOST.union(ELSEWHERE, PASSING) - {"directory"}

Result = TypeVar("Result")


class Subscription:
    """A connection that listens to some channels."""

    def __init__(self, pubsub: PubSub, fail: Callable[[Exception], Failure]) -> None:
        self._pubsub = pubsub
        self._fail = fail

    async def hear(self) -> tuple[bytes, bytes]:
        """Wait for the next message, as channel and payload; raises StoreUnavailable."""
        while True:
            answer = await self._read()
            if as_bytes(answer[0]) == b"message":
                return as_bytes(answer[1]), as_bytes(answer[2])

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Subscribe, and wait until the server has confirmed it: then nothing is missed."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._pubsub.subscribe(*channels)
                for _ in channels:
                    await self._read()
        except TROUBLE as error:
            raise self._fail(error) from error

    async def close(self) -> None:
        """Close the connection; a waiting reader gets StoreUnavailable."""
        with suppress(*TROUBLE):
            await self._pubsub.aclose()

    async def _read(self) -> list[Answer]:
        connection = self._pubsub.connection
        if connection is None:
            raise self._fail(ConnectionAbortedError("it was closed here"))
        try:
            # Without the subscription's own methods: they silently reconnect when the server is
            # lost, which would hide missed messages.
            return as_list(cast("Answer", await connection.read_response()))
        except TROUBLE as error:
            raise self._fail(error) from error


class RedisClient:
    """Commands to the server that holds one project."""

    def __init__(self, address: Address, revive: Callable[[], None] | None = None) -> None:
        """`revive` starts a private server again. Raises BadInput for a URL's options."""
        self._address = address
        self._revive = revive
        self._mending = asyncio.Lock()
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._connections: Connections | None = None
        self._subscriptions: set[Subscription] = set()
        self._closed = False
        self._has_directory = address.kind in {"sentinel", "cluster"}
        self._answered = False

    @property
    def closed(self) -> bool:
        """Whether the client has been closed for good."""
        return self._closed

    @property
    def is_local(self) -> bool:
        """Whether the server listens on a socket of this machine, whose loss is noticed at once."""
        return self._address.kind == "socket"

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
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                subscription = Subscription(await self._opened().pubsub(), self._failure)
        except TROUBLE as error:
            raise self._failure(error) from error
        self._subscriptions.add(subscription)
        try:
            try:
                await subscription.subscribe(channels)
            except Failure as failure:
                raise self._as_failover(failure) from failure
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            await subscription.close()

    async def mend(self) -> None:
        """Start a private server again if it has died, and look up the address again."""
        async with self._mending:
            if self._revive is not None and not self._closed:
                await asyncio.to_thread(self._revive)
            await self._forget()

    async def close(self) -> None:
        """Close every connection for good; waiting calls end."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            await subscription.close()
        if self._connections is not None:
            with suppress(*TROUBLE):
                await self._connections.close()

    async def _forget(self) -> None:
        """Make the next command look up its server again, for a Sentinel or a cluster."""
        if self._has_directory and self._connections is not None:
            with suppress(*TROUBLE):
                await self._connections.forget()

    async def _patiently(self, send: Callable[[], Awaitable[Result]]) -> Result:
        for repeated, pause in enumerate((*PAUSES, None)):
            try:
                return await send()
            except Failure as failure:
                if not self._may_pass(failure.code):
                    raise
                if pause is None:
                    raise self._as_failover(failure, repeated) from failure
                await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads retries
                if failure.code not in PASSING:
                    await self.mend()
        raise AssertionError("the last attempt returns or raises")

    def _as_failover(self, failure: Failure, repeated: int = 0) -> Failure:
        """Return the failure; if a directory knows the servers, another one will take over."""
        if not self._has_directory or failure.code not in _LEADS_ELSEWHERE:
            return failure
        return Failure.failing_over(failure, self._address.shown, repeated)

    def _may_pass(self, code: str) -> bool:
        """Whether a retry can succeed; a server that never answered is reported at once."""
        if code in LOST:
            # A directory that answers with a server that does not is about to fail over.
            return self._answered or (self._has_directory and code != "directory")
        return code in PASSING or (code in ELSEWHERE and self._has_directory)

    async def _send(self, command: tuple[Part, ...]) -> Answer:
        async with self._turns:
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await self._opened().execute(command)
            except TROUBLE as error:
                failure = self._failure(error)
                if failure.code in {"timeout", "tls-timeout"}:
                    await self._forget()
                raise failure from error
        self._answered = True
        return answer

    def _opened(self) -> Connections:
        if self._closed:
            raise Failure("closed", "", self._address.shown, private=self._revive is not None)
        if self._connections is None:
            self._connections = connections_to(self._address, CONNECT_SECONDS)
        return self._connections

    def _failure(self, error: BaseException) -> Failure:
        code, detail = failure_code(error)
        if self._closed:
            code = "closed"
        code = self._of_connecting(code)
        if code == "directory":
            detail = self._not_found(error)
        return Failure(code, detail, self._address.shown, private=self._revive is not None)

    def _of_connecting(self, code: str) -> str:
        """Return the code with what it means for this kind of address."""
        has_tls = self._address.url.startswith("rediss:")
        if code == "timeout" and has_tls:
            return "tls-timeout"
        if code == "no-socket" and self._address.kind != "socket":
            return "no-tls-file"
        if code == "lost" and self._address.kind == "server" and not self._answered:
            return "tls-lost" if has_tls else "plain-lost"
        return code

    def _not_found(self, error: BaseException) -> str:
        """Return what a Sentinel or a cluster did not find, and the failure behind that, if any."""
        what = "service" if self._address.kind == "sentinel" else "cluster node"
        called = f" {self._address.service!r}" if self._address.service else ""
        cause = error.__cause__
        if cause is None or failure_code(cause)[0] == "directory":
            return f"no {what}{called} was found: {error}"
        return f"no {what}{called} was found: {self._failure(cause)}"
