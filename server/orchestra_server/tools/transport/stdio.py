"""The stdio transport, as agents' clients and the room start it."""

import asyncio
import fcntl
import io
import os
import select
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import anyio

from orchestra_server.tools.server import OrchestrationServer
from orchestra_server.tools.surrogates import replace_surrogates_in_json
from orchestra_server.tools.transport.early_answers import Handover
from orchestra_server.tools.transport.parent_exit import ParentExit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_STDIN = 0
# Seconds without a message after the parent's end: a wrapper may end before its client.
_ORPHAN_SECONDS = 10.0
# Seconds between two checks of the parent, if the system does not report its end.
_LOOK_SECONDS = 10.0
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_stdio(server: OrchestrationServer, hand_over: Callable[[], Handover] = Handover) -> None:
    """Serve until stdin ends, or SIGINT or SIGTERM arrives; all of them end it cleanly.

    `hand_over` stops the earlier reader of stdin and returns what it has read.
    """
    asyncio.run(_serve(server, hand_over))


async def _serve(server: OrchestrationServer, hand_over: Callable[[], Handover]) -> None:
    handover = hand_over()
    with _take_over_stdin(handover.lines) as stdin, _end_on_signals(stdin):
        lines = ValidLines(io.BufferedReader(stdin), encoding="utf-8", errors="replace")
        await server.serve_streams(anyio.wrap_file(lines), handover.answered)


class InterruptibleStdin(io.RawIOBase):
    """Stdin with a blocking read that the event loop can end; a plain read cannot be ended.

    It also ends once the process that started this one has ended and nothing more comes.
    """

    def __init__(self, descriptor: int, unanswered: bytes = b"") -> None:
        super().__init__()
        self._descriptor = descriptor
        self._unanswered = unanswered
        self._end_reader, self._end_writer = os.pipe()
        self._parent = ParentExit()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read what is there, or wait for more; 0 at the end."""
        if self._unanswered:
            size = memoryview(buffer).nbytes
            first, self._unanswered = self._unanswered[:size], self._unanswered[size:]
            memoryview(buffer).cast("B")[: len(first)] = first
            return len(first)
        if not self._has_more():
            return 0
        return os.readv(self._descriptor, [buffer])

    def _has_more(self) -> bool:
        """Wait for input; return False if reading is to end."""
        wanted = [self._descriptor, self._end_reader]
        parent = [self._parent.descriptor] if self._parent.descriptor >= 0 else []
        timeout = None if parent else _LOOK_SECONDS
        ready = list[int]()
        while not ready and not self._parent.has_happened():
            ready, _, _ = select.select(wanted + parent, [], [], timeout)
        if self._descriptor not in ready and self._end_reader not in ready:
            ready, _, _ = select.select(wanted, [], [], _ORPHAN_SECONDS)
        return self._descriptor in ready and self._end_reader not in ready

    def end(self) -> None:
        """Make the current read and every later one return end of file."""
        with suppress(OSError):
            os.write(self._end_writer, b".")

    def close(self) -> None:
        """Close stdin and the descriptors that notice its end."""
        if not self.closed:
            for descriptor in (self._descriptor, self._end_reader, self._end_writer):
                os.close(descriptor)
            self._parent.close()
        super().close()


class ValidLines(io.TextIOWrapper):
    """The protocol's lines without lone surrogates, which the SDK's strict parser refuses."""

    def readline(self, size: int = -1, /) -> str:
        """Read a line, with lone surrogates replaced."""
        return replace_surrogates_in_json(super().readline(size))


@contextmanager
def _take_over_stdin(unanswered: bytes) -> Generator[InterruptibleStdin]:
    """Move stdin to another descriptor; children inherit an empty descriptor 0."""
    descriptor = fcntl.fcntl(_STDIN, fcntl.F_DUPFD_CLOEXEC, 3)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, _STDIN)
    os.close(empty)
    with InterruptibleStdin(descriptor, unanswered) as stdin:
        yield stdin


@contextmanager
def _end_on_signals(stdin: InterruptibleStdin) -> Generator[None]:
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, stdin.end)
    try:
        yield
    finally:
        for number in _END_SIGNALS:
            loop.remove_signal_handler(number)
