"""Writes the room's output to a terminal that may be slow, blocked, or gone."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress

# The most characters that wait: a few seconds of continuous painting. A terminal further behind is
# repainted when it reads again, because what it missed is outdated by then.
MOST_WAITING = 1_000_000


class TerminalOutput(threading.Thread):
    """Writes in the order given; `write` never waits.

    `on_lost` is called once when the terminal is gone. `on_caught_up` is called when a terminal
    reads again that was so far behind that output was dropped. Both are called in this thread.
    """

    def __init__(
        self,
        descriptor: int,
        encoding: str,
        on_lost: Callable[[], object],
        on_caught_up: Callable[[], object],
    ) -> None:
        super().__init__(name="orchestra-output", daemon=True)
        self._descriptor = descriptor
        self._encoding = encoding
        self._on_lost = on_lost
        self._on_caught_up = on_caught_up
        self._changed = threading.Condition()
        self._waiting: list[str] = []
        self._size = 0
        self._behind = False
        self._ended = False
        self._lost = False

    def write(self, text: str) -> None:
        """Queue `text` after everything given before."""
        with self._changed:
            if self._size + len(text) > MOST_WAITING:
                self._waiting.clear()
                self._size = 0
                self._behind = True
            self._waiting.append(text)
            self._size += len(text)
            self._changed.notify()

    def close(self, seconds: float) -> None:
        """Write what is still queued, and stop; give up on a terminal that takes too long."""
        with self._changed:
            self._ended = True
            self._changed.notify()
        if self.is_alive():
            self.join(seconds)

    def run(self) -> None:
        """Write until closed."""
        while text := self._next():
            self._put(text.encode(self._encoding, "replace"))
            if self._caught_up():
                self._on_caught_up()

    def _next(self) -> str:
        """Return everything queued as one text; an empty text at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ended)
            text = "".join(self._waiting)
            self._waiting.clear()
            self._size = 0
            return text

    def _caught_up(self) -> bool:
        with self._changed:
            caught_up = self._behind and not self._waiting and not self._lost
            if caught_up:
                self._behind = False
            return caught_up

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        while view and not self._lost:
            try:
                view = view[os.write(self._descriptor, view) :]
            except OSError:
                self._lost = True
                with suppress(RuntimeError):  # the event loop that would hear it has ended
                    self._on_lost()
