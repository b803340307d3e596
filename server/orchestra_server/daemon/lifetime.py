"""How long the daemon runs: while somebody holds it, and a while after it was last needed.

A daemon whose code has changed ends for a new one as soon as it runs no command and no agent.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeAlias

from orchestra_server.files.spool.spool_folder import spool_folder

# Seconds within which a process attaches to the daemon it started, even on a busy machine.
_FIRST_USE_SECONDS = 15.0
# A room or a server, a command, or an agent.
Holder: TypeAlias = Literal["attached", "command", "agent"]


class Lifetime:
    """Counts the daemon's holders; `ended` returns once nobody has needed it for `linger` seconds.

    A hook that writes into the spool needs it too. Its alarm rings only when that time may be over.
    """

    def __init__(
        self,
        common_dir: Path,
        linger: Callable[[], float],
        has_code_changed: Callable[[], bool] = lambda: False,
    ) -> None:
        self._common_dir = common_dir
        self._linger = linger
        self._has_code_changed = has_code_changed
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        self._holders = Counter[Holder]()
        self._renews = False
        self._needed_at = time.time()
        self._alarm: asyncio.TimerHandle | None = None
        self.was_stopped = False
        self._look_in(max(linger(), _FIRST_USE_SECONDS))

    @property
    def holders(self) -> int:
        """How many rooms, servers and commands hold the daemon now."""
        return self._holders.total()

    @property
    def leaves_for_new_code(self) -> bool:
        """Whether a daemon of the new code is to follow this one."""
        return self._renews and not self.was_stopped

    @property
    def runs_agents(self) -> bool:
        """Whether a started agent runs now."""
        return self._holders["agent"] > 0

    def is_outdated(self) -> bool:
        """Tell whether the code has changed; if so, prepare to leave."""
        if not self._renews and self._has_code_changed():
            self.renew()
        return self._renews

    def renew(self) -> None:
        """End for a daemon of the new code, once no command and no agent runs."""
        self._renews = True
        self._end_if_outdated()

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
    def hold(self, holder: Holder = "attached") -> Generator[None]:
        """Keep the daemon within the block."""
        self._holders[holder] += 1
        try:
            yield
        finally:
            self._holders[holder] -= 1
            self._needed_at = time.time()
            self._end_if_outdated()
            if not self.holders:
                self._look_in(self._linger())

    def close(self) -> None:
        """Cancel the alarm."""
        if self._alarm is not None:
            self._alarm.cancel()

    def _end_if_outdated(self) -> None:
        if self._renews and not self._holders["command"] and not self.runs_agents:
            self._over.set()

    def _look_in(self, seconds: float) -> None:
        self.close()
        self._alarm = self._loop.call_later(seconds, self._look)

    def _look(self) -> None:
        if self.holders:
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
