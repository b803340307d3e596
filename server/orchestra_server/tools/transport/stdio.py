"""The server on stdin and stdout, as an agent's client and the room start it."""

import asyncio
import fcntl
import io
import os
import select
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import anyio

from orchestra_server.tools.server import OrchestrationServer
from orchestra_server.tools.surrogates import mended_json
from orchestra_server.tools.transport.parent_exit import ParentExit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_STDIN = 0
# Seconds without a message after the parent has ended: a wrapper may leave before its client does.
_ORPHAN_SECONDS = 10.0
# Seconds between two looks for the parent where the system does not tell of its end.
_LOOK_SECONDS = 10.0
_END_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run_stdio(server: OrchestrationServer) -> None:
    """Serve until stdin ends or a signal asks for the end; both leave the same clean way."""
    asyncio.run(_serve(server))


async def _serve(server: OrchestrationServer) -> None:
    with _wire() as wire, _end_on_signals(wire):
        lines = _Lines(io.BufferedReader(wire), encoding="utf-8", errors="replace")
        await server.serve_streams(anyio.wrap_file(lines))


class _Wire(io.RawIOBase):
    """Stdin that can be told to end while a thread waits for it: a plain read could not.

    It also ends when the process that started this one has ended and nothing more comes.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._told, self._tell = os.pipe()
        self._parent = ParentExit()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        if not self._has_more():
            return 0
        return os.readv(self._descriptor, [buffer])

    def _has_more(self) -> bool:
        """Wait for stdin; False when this side is to end."""
        wanted = [self._descriptor, self._told]
        parent = [self._parent.descriptor] if self._parent.descriptor >= 0 else []
        timeout = None if parent else _LOOK_SECONDS
        ready = list[int]()
        while not ready and not self._parent.has_happened():
            ready, _, _ = select.select(wanted + parent, [], [], timeout)
        if self._descriptor not in ready and self._told not in ready:
            ready, _, _ = select.select(wanted, [], [], _ORPHAN_SECONDS)
        return self._descriptor in ready and self._told not in ready

    def end(self) -> None:
        """Let the present and every later read find the end."""
        with suppress(OSError):
            os.write(self._tell, b".")

    def close(self) -> None:
        if not self.closed:
            for descriptor in (self._descriptor, self._told, self._tell):
                os.close(descriptor)
            self._parent.close()
        super().close()


class _Lines(io.TextIOWrapper):
    """The protocol's lines, with what UTF-8 cannot carry replaced before a strict parser looks."""

    def readline(self, size: int = -1, /) -> str:
        return mended_json(super().readline(size))


@contextmanager
def _wire() -> Generator[_Wire]:
    """Take stdin for the protocol; children that inherit descriptor 0 find an empty one."""
    descriptor = fcntl.fcntl(_STDIN, fcntl.F_DUPFD_CLOEXEC, 3)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, _STDIN)
    os.close(empty)
    with _Wire(descriptor) as wire:
        yield wire


@contextmanager
def _end_on_signals(wire: _Wire) -> Generator[None]:
    loop = asyncio.get_running_loop()
    for number in _END_SIGNALS:
        loop.add_signal_handler(number, wire.end)
    try:
        yield
    finally:
        for number in _END_SIGNALS:
            loop.remove_signal_handler(number)
