"""JSON-RPC 2.0 as MCP uses it on stdio: one message per line (MCP 2025-06-18, Transports).

These few lines replace the SDK's client, whose import costs 1.0-1.5 s and 70 MB of resident memory
in a process that must stay quick. The contract tests check it against the SDK's server.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from itertools import count

import msgspec
from msgspec import Raw, Struct

from orchestra_core.errors import OrchestraError, Refused, Unavailable
from orchestra_core.text import one_line

_METHOD_NOT_FOUND = -32601  # JSON-RPC 2.0, section 5.1
_GONE = (
    "the MCP server ended before it answered; check whether the action took effect, "
    "and repeat it if not"
)


class Fault(Struct, frozen=True):
    """The `error` member of an answer."""

    code: int = 0
    message: str = ""


class Incoming(Struct, frozen=True):
    """Any line the server may send: an answer, or its own request or notification."""

    id: int | str | None = None
    method: str = ""
    result: Raw = Raw(b"null")
    error: Fault | None = None


class Connection:
    """One connection; `run` reads until the server ends, then fails all pending requests."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Raw]] = {}
        self._ended = False
        self._decoder = msgspec.json.Decoder(Incoming)
        self._encoder = msgspec.json.Encoder()

    async def run(self) -> None:
        """Read the server's lines until it ends or a line exceeds the reader's limit."""
        try:
            # A line above the reader's limit raises ValueError; reading cannot continue after it.
            with contextlib.suppress(ValueError, ConnectionError):
                while line := await self._reader.readline():
                    self._take(line)
        finally:
            self._ended = True
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(Unavailable(_GONE))
            self._waiting.clear()

    async def request(self, method: str, params: Mapping[str, object], seconds: float) -> Raw:
        """Return the raw result of one request.

        Raises Unavailable if the server ends or takes longer than `seconds`, and Refused with the
        server's own line if it answers with an error.
        """
        if self._ended:
            raise Unavailable(_GONE)
        number = next(self._ids)
        future = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._send({"id": number, "method": method, "params": params})
            async with asyncio.timeout(seconds):
                return await future
        except TimeoutError:
            raise Unavailable(
                f"the MCP server did not answer within {seconds:.0f} s; "
                "the action may still take effect"
            ) from None
        finally:
            self._waiting.pop(number, None)

    def notify(self, method: str, params: Mapping[str, object]) -> None:
        """Send a message that has no answer."""
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, object]) -> None:
        # `run` sees the end of the server and reports it, also for a failed write.
        if not self._writer.is_closing():
            self._writer.write(self._encoder.encode({"jsonrpc": "2.0", **message}) + b"\n")

    def _take(self, line: bytes) -> None:
        try:
            message = self._decoder.decode(line)
        except msgspec.DecodeError:
            return  # not a message: something was printed on stdout by accident
        if message.method:
            self._answer(message)
            return
        future = self._waiting.get(message.id) if isinstance(message.id, int) else None
        if future is None or future.done():
            return
        if message.error is not None:
            future.set_exception(self._refusal(message.error))
        else:
            future.set_result(message.result)

    def _answer(self, message: Incoming) -> None:
        if message.id is None:
            return  # a notification; the room learns everything from the store's events
        if message.method == "ping":
            self._send({"id": message.id, "result": {}})
        else:
            fault = {"code": _METHOD_NOT_FOUND, "message": f"{message.method} is not offered"}
            self._send({"id": message.id, "error": fault})

    @staticmethod
    def _refusal(fault: Fault) -> OrchestraError:
        return Refused(one_line(fault.message) or f"the MCP server answered error {fault.code}")
