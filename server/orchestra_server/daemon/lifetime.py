"""How long the daemon runs: while somebody holds it, and a while after it was last needed."""

import asyncio
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestra_server.files.spool.spool_folder import spool_folder

# Seconds within which a process attaches to the daemon it started, even on a busy machine.
_FIRST_USE_SECONDS = 15.0


class Lifetime:
    """Counts the daemon's holders; `ended` returns once nobody has needed it for `linger` seconds.

    A hook that writes into the spool needs it too. Its alarm rings only when that time may be over.
    """

    def __init__(self, common_dir: Path, linger: Callable[[], float]) -> None:
        self._common_dir = common_dir
        self._linger = linger
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._holders = 0
        self._needed_at = time.time()
        self._alarm: asyncio.TimerHandle | None = None
        self.was_stopped = False
        self._look_in(max(linger(), _FIRST_USE_SECONDS))

    @property
    def holders(self) -> int:
        """How many rooms, servers and commands hold the daemon now."""
        return self._holders

    def stop(self) -> None:
        """End at once, because somebody asked for it."""
        self.was_stopped = True
        self._over.set()

    def end(self) -> None:
        """End at once, because nothing is left to serve."""
        self._over.set()

    async def ended(self) -> None:
        """Wait for the end."""
        await self._over.wait()

    @contextmanager
    def hold(self) -> Generator[None]:
        """Keep the daemon within the block."""
        self._holders += 1
        try:
            yield
        finally:
            self._holders -= 1
            self._needed_at = time.time()
            if not self._holders:
                self._look_in(self._linger())

    def close(self) -> None:
        """Cancel the alarm."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _look_in(self, seconds: float) -> None:
        self.close()
        self._alarm = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        if self._holders:
            return
        seconds = seconds_left(self._needed_at, self._spooled_at(), time.time(), self._linger())
        if seconds <= 0:
            self._over.set()
        else:
            self._look_in(seconds)

    def _spooled_at(self) -> float:
        with suppress(OSError):
            return spool_folder(self._common_dir).stat().st_mtime
        return 0.0


def seconds_left(needed_at: float, spooled_at: float, now: float, linger: float) -> float:
    """Return how long the daemon still runs; if `linger` is 0, hooks do not keep it."""
    last_need = max(needed_at, spooled_at if linger else 0.0)
    return min(last_need, now) + linger - now
