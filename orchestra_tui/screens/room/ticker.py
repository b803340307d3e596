"""One timer for all texts that change by themselves, set only while such a text is on screen."""

import asyncio
from collections.abc import Callable

from orchestra_core.clock import Clock

_LEAST = 0.1  # seconds; changes closer together than this are shown at once


class Ticker:
    """Calls `on_tick` once, at the time it was last set to."""

    def __init__(self, on_tick: Callable[[], None], clock: Clock) -> None:
        self._on_tick = on_tick
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether the timer is set."""
        return self._timer is not None

    def set(self, moment: int) -> None:
        """Set the time (ms) of the call, replacing an earlier one; 0 for never."""
        self.stop()
        if moment:
            seconds = max(_LEAST, (moment - self._clock()) / 1_000)
            self._timer = asyncio.get_running_loop().call_later(seconds, self._ring)

    def stop(self) -> None:
        """Cancel the timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._on_tick()
