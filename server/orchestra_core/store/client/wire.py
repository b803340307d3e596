"""One connection: many commands may be on their way at once, and their answers come in order.

It speaks RESP2, which answers the same from Redis 6.2 to Valkey 9 (redis.io/docs/latest/develop/
reference/protocol-spec), and knows nothing of retries: when it is lost, so is all that waits on it.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

import hiredis

from orchestra_core.redis_request import Answer
from orchestra_core.store.client.client_protocol import Part


class Refusal(Exception):  # noqa: N818 - it is an answer
    """The server's answer that it will not; the first word of its text is mostly a code."""


class Garbled(Exception):  # noqa: N818 - as above
    """What came is no answer of Redis."""


Pending: TypeAlias = "asyncio.Future[Answer]"
Heard: TypeAlias = "Answer | Exception"
_NOTHING_YET = object()
# Its stub tells of a tuple of one and no answer.
_pack = cast("Callable[[tuple[Part, ...]], bytes]", hiredis.pack_command)  # pyright: ignore[reportUnknownMemberType]


class Wire(asyncio.Protocol):
    """A connection, once asyncio has made it; `patience` is how many seconds an answer may take."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(
            protocolError=Garbled, replyError=Refusal, notEnoughData=_NOTHING_YET
        )
        self._transport = asyncio.Transport()
        self._pending: deque[tuple[float, Pending]] = deque()
        self._heard: asyncio.Queue[Heard] = asyncio.Queue()
        self._alarm: asyncio.TimerHandle | None = None
        self._end: Exception | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing can be asked here any more."""
        return self._end is not None

    def ask(self, command: tuple[Part, ...]) -> Pending:
        """Send a command; its answer comes, or Refusal, Garbled, OSError."""
        answer: Pending = self._loop.create_future()
        if self._end is not None:
            answer.set_exception(self._end)
            return answer
        now = self._loop.time()
        self._pending.append((now, answer))
        if self._alarm is None:
            self._alarm = self._loop.call_at(now + self._patience, self._look_at_the_clock)
        self._transport.write(_pack(command))
        return answer

    def subscribe(self, channels: Iterable[str]) -> None:
        """Ask for what is published; `hear` has each answer, the confirmations first."""
        self._transport.write(_pack(("SUBSCRIBE", *channels)))

    async def hear(self) -> Answer:
        """Return the next answer that nobody asked for; raises as `ask` does."""
        if self._end is not None and self._heard.empty():
            raise self._end
        heard = await self._heard.get()
        if isinstance(heard, Exception):
            raise heard
        return heard

    def end(self, error: Exception | None = None) -> None:
        """Hang up at once: all that waits here gets `error`."""
        if self._end is not None:
            return
        self._end = error or ConnectionAbortedError("it was closed here")
        if self._alarm is not None:
            self._alarm.cancel()
        self._transport.abort()
        self._heard.put_nowait(self._end)
        for _, answer in self._pending:
            if not answer.done():
                answer.set_exception(self._end)
        self._pending.clear()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand out the answers that are complete."""
        self._reader.feed(data)
        try:
            while (answer := self._reader.gets()) is not _NOTHING_YET:
                self._take(answer)
        except Garbled as error:
            self.end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell all that wait."""
        self.end(exc or ConnectionResetError("the server hung up"))

    def _take(self, answer: "Answer | Refusal") -> None:
        if not self._pending:
            self._heard.put_nowait(answer)
            return
        _, waiting = self._pending.popleft()
        if waiting.done():
            return  # its caller has given up
        if isinstance(answer, Refusal):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)

    def _look_at_the_clock(self) -> None:
        """Give up on a server that owes an answer for too long; while none is owed, sleep."""
        self._alarm = None
        if not self._pending:
            return
        asked, oldest = self._pending[0]
        due = asked + self._patience
        if self._loop.time() < due:
            self._alarm = self._loop.call_at(due, self._look_at_the_clock)
            return
        if not oldest.done():
            oldest.set_exception(TimeoutError(f"no answer within {self._patience:g} s"))
        self.end(ConnectionAbortedError("another command found no answer"))
