"""Commands in, typed answers out, every failure one line.

All retrying is done here, where it is known what may be sent twice: reads by nature, scripts by
their operation ids. All commands of a client share one connection; a subscription has its own.
"""

import asyncio
import random
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from socket import gaierror
from typing import TypeVar

from orchestra_core.redis_request import Answer
from orchestra_core.store.client.address import Address
from orchestra_core.store.client.client_protocol import Part
from orchestra_core.store.client.endpoint import Endpoint, connect, endpoint_of
from orchestra_core.store.client.reply_parser import as_bytes, as_list
from orchestra_core.store.client.store_errors import ELSEWHERE, LOST, PASSING, Failure
from orchestra_core.store.client.wire import Garbled, Refusal, Wire
from orchestra_core.store.scripts import Script

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0  # above the slowest answer there is: a snapshot on a busy machine
# Pauses before a command is sent again, in seconds; their sum bounds how long a caller waits.
PAUSES = (0.0, 0.05, 0.2, 0.5, 1.0, 1.5)

Result = TypeVar("Result")
_TROUBLE = (OSError, Refusal, Garbled)


class Subscription:
    """A connection of its own that hears some channels."""

    def __init__(self, wire: Wire, fail: Callable[[Exception], Failure]) -> None:
        self._wire = wire
        self._fail = fail

    async def hear(self) -> tuple[bytes, bytes]:
        """Wait for the next message, as channel and payload; raises StoreUnavailable."""
        while True:
            answer = await self._read()
            if as_bytes(answer[0]) == b"message":
                return as_bytes(answer[1]), as_bytes(answer[2])

    async def confirmed(self, channels: int) -> None:
        """Wait until the server has confirmed every channel: from then on nothing is missed."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                for _ in range(channels):
                    await self._read()
        except TimeoutError as error:
            raise self._fail(error) from error

    async def _read(self) -> list[Answer]:
        try:
            return as_list(await self._wire.hear())
        except _TROUBLE as error:
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
        self._endpoint: Endpoint | None = None
        self._wire: Wire | None = None
        self._opening: asyncio.Task[Wire] | None = None
        self._listening: set[Wire] = set()
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
        try:
            wire = await self._connect()
        except _TROUBLE as error:
            raise self._failure(error) from error
        self._listening.add(wire)
        try:
            wire.subscribe(channels)
            subscription = Subscription(wire, self._failure)
            await subscription.confirmed(len(channels))
            yield subscription
        finally:
            self._listening.discard(wire)
            wire.end()

    async def mend(self) -> None:
        """Start a private server again if it has died, and find anew where to connect to."""
        async with self._mending:
            if self._revive is not None and not self._closed:
                await asyncio.to_thread(self._revive)
            if self._has_directory:
                self._forget()

    async def close(self) -> None:
        """Close every connection for good: whatever still waits ends."""
        self._closed = True
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        self._forget()
        for wire in tuple(self._listening):
            wire.end()

    def _forget(self) -> None:
        """Hang up; the next command finds its server anew."""
        wire, self._wire, self._endpoint = self._wire, None, None
        if wire is not None:
            wire.end()

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
        wire = self._wire
        try:
            if wire is None or wire.ended:
                wire = await self._opened()
            answer = await wire.ask(command)
        except _TROUBLE as error:
            raise self._failure(error) from error
        self._answered = True
        return answer

    async def _opened(self) -> Wire:
        """Return the connection that all share, made once for however many wait for it."""
        if self._opening is None:
            self._opening = asyncio.create_task(self._open())
            self._opening.add_done_callback(self._has_opened)
        # Whoever gives up waiting leaves it to the others.
        return await asyncio.shield(self._opening)

    async def _open(self) -> Wire:
        self._wire = await self._connect()
        return self._wire

    def _has_opened(self, opening: asyncio.Task[Wire]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()  # told to those who waited, if any still did

    async def _connect(self) -> Wire:
        if self._closed:
            raise Failure("closed", "", self._address.shown, private=self._revive is not None)
        if self._endpoint is None:
            self._endpoint = await self._locate()
        return await _connected(self._endpoint)

    async def _locate(self) -> Endpoint:
        """Return the server itself, asking a Sentinel or a cluster which one it is."""
        address = self._address
        # In a thread where options make it import redis or read certificates.
        named = await asyncio.to_thread(endpoint_of, address.url)
        if not self._has_directory:
            return named
        trouble = "no answer"
        for host, port in address.hosts:
            try:
                if address.kind == "cluster":
                    where = await self._owner(named.at(host, port))
                else:
                    where = await self._primary(named.at(host, port).without_login())
            except _TROUBLE as error:
                trouble = str(self._failure(error))
                continue
            if where is not None:
                return named.at(where[0] or host, where[1])
            trouble = f"{host}:{port} knows of none"
        what = "service" if address.kind == "sentinel" else "cluster node"
        called = f" {address.service!r}" if address.service else ""
        raise Failure(
            "directory", f"no {what}{called} was found: {trouble}", address.shown, private=False
        )

    async def _primary(self, sentinel: Endpoint) -> tuple[str, int] | None:
        command = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.service)
        answer = await _asked_once(sentinel, command)
        if answer is None:
            return None
        host, port = as_list(answer)
        return as_bytes(host).decode(), int(as_bytes(port))

    async def _owner(self, node: Endpoint) -> tuple[str, int] | None:
        slot = await _asked_once(node, ("CLUSTER", "KEYSLOT", self._slot_key))
        for line in as_list(await _asked_once(node, ("CLUSTER", "SLOTS"))):
            first, last, owner = as_list(line)[:3]
            if isinstance(slot, int) and int(str(first)) <= slot <= int(str(last)):
                host, port = as_list(owner)[:2]
                return as_bytes(host or b"").decode(), int(str(port))
        return None

    def _failure(self, error: Exception) -> Failure:
        code, detail = _code(error)
        if code == "timeout" and self._address.url.startswith("rediss:"):
            code = "tls-timeout"
        return Failure(code, detail, self._address.shown, private=self._revive is not None)


async def _connected(endpoint: Endpoint) -> Wire:
    return await connect(endpoint, within=CONNECT_SECONDS, patience=ANSWER_SECONDS)


async def _asked_once(endpoint: Endpoint, command: tuple[Part, ...]) -> Answer:
    wire = await _connected(endpoint)
    try:
        return await wire.ask(command)
    finally:
        wire.end()


_CODE = re.compile(r"(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
_IN_SCRIPT = re.compile(r"@user_script: ?\d+: -(?P<code>[A-Z]+) (?P<text>.*)", re.DOTALL)
_BY_KIND: tuple[tuple[type[Exception], str], ...] = (
    (Garbled, "protocol"),
    (ConnectionRefusedError, "refused"),
    (FileNotFoundError, "no-socket"),
    (PermissionError, "no-access"),
    (gaierror, "no-host"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "timeout"),
)


def _code(error: Exception) -> tuple[str, str]:
    """Return the code of a failure and what the server or the system said."""
    text = str(error)
    if isinstance(error, Refusal):
        # Redis 6.2 wraps what a script's command said; newer ones say it plainly.
        said = _IN_SCRIPT.search(text) or _CODE.match(text)
        if said is None:
            return "error", text
        return ("error" if said["code"] == "ERR" else said["code"]), said["text"]
    for kind, code in _BY_KIND:
        if isinstance(error, kind):
            return code, text
    return "lost", text
