"""Asks for dry runs of a landing: one at a time, after something has changed, never by a timer."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING

from orchestra_core.errors import OrchestraError
from orchestra_tui.presentation.landing.landing_plan import LandingChoice

if TYPE_CHECKING:
    from orchestra_core.replies.completion import CompletedTask

SPACING = 2.0  # seconds between two dry runs caused by events: each merges all chambers


class DryRuns:
    """Calls `ask` for the current choice, and passes on the answer unless the choice has changed.

    `start` runs work in the background; `on_plan` gets the plan or the error line.
    """

    def __init__(
        self,
        choice: Callable[[], LandingChoice],
        ask: Callable[[LandingChoice], Awaitable["CompletedTask"]],
        on_plan: "Callable[[CompletedTask | None, str], None]",
        start: Callable[[Coroutine[None, None, None]], object],
    ) -> None:
        self._choice = choice
        self._ask = ask
        self._on_plan = on_plan
        self._start = start
        self._running = False
        self._requested = False
        self._timer: asyncio.TimerHandle | None = None
        self._last = -SPACING

    def request(self) -> None:
        """Ask at once, or again as soon as the running dry run has answered."""
        self.stop()
        self._requested = True
        if not self._running:
            self._running = True
            self._start(self._run())

    def request_soon(self) -> None:
        """Ask as soon as the last dry run is long enough ago."""
        if self._timer is None and not self._requested:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + SPACING), self.request)

    def stop(self) -> None:
        """Do not ask for changes made so far."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    async def _run(self) -> None:
        try:
            while self._requested:
                self._requested = False
                await self._ask_once()
                self._last = asyncio.get_running_loop().time()
        finally:
            self._running = False

    async def _ask_once(self) -> None:
        choice = self._choice()
        if not choice.names:
            return
        plan, problem = None, ""
        try:
            plan = await self._ask(choice)
        except OrchestraError as error:
            problem = str(error)
        if choice == self._choice():
            self._on_plan(plan, problem)
