"""Runs work that no reply waits for: a moment later, or at the end."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from orchestra_core.errors import OrchestraError

Work: TypeAlias = Callable[[], Awaitable[object]]

# Seconds: the reply goes out first, and changes in quick succession are shown together.
_PAUSE = 0.1
_log = logging.getLogger(__name__)


class Background:
    """Runs work on the event loop that it was created in; a failure is logged.

    Work with the same key runs one at a time; work requested again before it has begun runs once.
    """

    def __init__(self) -> None:
        self._due: dict[str, Work] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[None]] = set()

    def soon(self, key: str, work: Work) -> None:
        """Run `work` in a moment, unless work with that key is already due."""
        if key not in self._due:
            self._due[key] = work
            asyncio.get_running_loop().call_later(_PAUSE, self._begin, key)

    def now(self, work: Work) -> None:
        """Run `work` in the next iteration of the event loop."""
        self._start(self._done(work))

    async def finish(self) -> None:
        """Run all work that is due, and wait for it."""
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
            _log.exception("the work after a change failed; the next change tries again")
