"""What follows a change and no answer waits for: done a moment later, and all of it at the end."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from orchestra_core.errors import OrchestraError

Work: TypeAlias = Callable[[], Awaitable[object]]

# Seconds: the answer goes out meanwhile, and changes that follow each other are shown together.
_PAUSE = 0.1
_log = logging.getLogger(__name__)


class Background:
    """Runs work on the loop it was made in; a fault is a line in the log.

    Work with the same key is done one at a time, and what is asked for again before it has begun
    is done once.
    """

    def __init__(self) -> None:
        self._due: dict[str, Work] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[None]] = set()

    def soon(self, key: str, work: Work) -> None:
        """Do `work` in a moment, unless work of that key is due already."""
        if key not in self._due:
            self._due[key] = work
            asyncio.get_running_loop().call_later(_PAUSE, self._begin, key)

    def now(self, work: Work) -> None:
        """Begin `work` at the next turn of the loop."""
        self._start(self._done(work))

    async def finish(self) -> None:
        """Do what is due, and wait for all of it."""
        for key in tuple(self._due):
            self._begin(key)
        while self._running:
            await asyncio.wait(self._running)

    def _begin(self, key: str) -> None:
        work = self._due.pop(key, None)
        if work is not None:
            self._start(self._in_turn(key, work))

    def _start(self, doing: Awaitable[None]) -> None:
        task = asyncio.ensure_future(doing)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _in_turn(self, key: str, work: Work) -> None:
        async with self._turns[key]:
            await self._done(work)

    async def _done(self, work: Work) -> None:
        try:
            await work()
        except OrchestraError as fault:
            _log.warning("%s", fault)
        except Exception:  # noqa: BLE001 - nobody else would hear of it
            _log.exception("what follows a change has failed; the next change tries again")
