"""Fetches the diff of a review: at the start, on demand, and after comments were read."""

import asyncio
from typing import TYPE_CHECKING, Protocol

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Chamber
from orchestra_tui.presentation.review.review_model import Review
from orchestra_tui.presentation.review.syntax import load_lexers
from orchestra_tui.screens.app_base import AppBase

if TYPE_CHECKING:
    from textual.worker import Worker

_SPACING = 4.0  # seconds between two automatic fetches: each runs a git diff


class LoadingScreen(Protocol):
    """The screen that a diff is fetched for."""

    chamber: Chamber
    review: Review

    def loaded(self) -> None:
        """Show the diff, or the problem."""
        ...


class DiffLoader:
    """Keeps the diff of a review, and says why there is none."""

    def __init__(self, app: AppBase, screen: LoadingScreen) -> None:
        self.problem = ""
        self.has_loaded = False  # or has failed: no keys wait for it any more
        self._app = app
        self._screen = screen
        self._timer: asyncio.TimerHandle | None = None
        self._fetching: Worker[None] | None = None
        self._last = 0.0

    def load(self) -> None:
        """Fetch the diff."""
        self._last = asyncio.get_running_loop().time()
        self._fetching = self._app.run_worker(self._fetch(), group="review", exclusive=True)

    def chamber_changed(self) -> None:
        """Fetch again, a few seconds after the last time, once a worker acts on comments."""
        awaiting = any(interrupt.acted_at for interrupt, _ in self._screen.review.messages())
        if awaiting and self._timer is None and not self._screen.chamber.is_over:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_at(max(loop.time(), self._last + _SPACING), self._due)

    @property
    def waits(self) -> bool:
        """Whether an automatic fetch will follow."""
        return self._timer is not None

    def stop(self) -> None:
        """Fetch nothing more, and drop a running fetch."""
        if self._timer is not None:
            self._timer.cancel()
        if self._fetching is not None:
            self._fetching.cancel()

    def _due(self) -> None:
        self._timer = None
        self.load()

    async def _fetch(self) -> None:
        screen, review = self._screen, self._screen.review
        chamber = screen.chamber
        try:
            call = self._app.tool_calls.review(chamber.task_id, chamber.name, review.part)
            diff, _ = await asyncio.gather(call, asyncio.to_thread(load_lexers))
        except OrchestraError as error:
            self.problem = str(error)
            review.diff = None
            review.files = ()
        else:
            self.problem = ""
            review.take(diff)
        self.has_loaded = True
        screen.loaded()
