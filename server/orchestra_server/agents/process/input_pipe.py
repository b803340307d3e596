"""The input of an agent: what is written arrives in order, however slowly it is read."""

import asyncio
import os
from contextlib import suppress
from typing import IO

from orchestra_core.errors import Refused
from orchestra_server.agents.process.wait_readable import CHUNK


class InputPipe:
    """Writes lines; what the agent does not read at once is written as soon as it reads on."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        os.set_blocking(file.fileno(), False)
        self._unwritten = bytearray()
        self._emptied: asyncio.Future[None] | None = None  # while the loop waits for the agent

    async def write(self, content: bytes, seconds: float) -> None:
        """Write, and wait for a slow reader; raises Refused if the agent has ended.

        What is still unwritten stays here, so that no line is lost or torn.
        """
        if self._file.closed:
            raise Refused("the agent has ended; start it again")
        self._unwritten += content
        if self._emptied is None:
            self._flush()
        if self._emptied is not None:
            await asyncio.wait({self._emptied}, timeout=seconds)
        elif self._file.closed:
            raise Refused("the agent has closed its input; start it again")

    def close(self) -> None:
        """Close the pipe, so that the agent reads the end of file; unwritten lines are dropped."""
        self._stop_waiting()
        self._unwritten.clear()
        with suppress(OSError):
            self._file.close()

    def _flush(self) -> None:
        try:
            while self._unwritten:
                written = os.write(self._file.fileno(), self._unwritten[:CHUNK])
                del self._unwritten[:written]
        except BlockingIOError:
            if self._emptied is None:
                loop = asyncio.get_running_loop()
                self._emptied = loop.create_future()
                loop.add_writer(self._file.fileno(), self._flush)
        except OSError:  # the reader is gone
            self.close()
        else:
            self._stop_waiting()

    def _stop_waiting(self) -> None:
        """Unregister from the event loop before the descriptor number can be reused."""
        if self._emptied is not None:
            asyncio.get_running_loop().remove_writer(self._file.fileno())
            if not self._emptied.done():
                self._emptied.set_result(None)
            self._emptied = None
