"""Keeps the size of each chamber's diff: fetched after an event there, never by a timer."""

import asyncio
import contextlib
from collections.abc import Sequence

from orchestra_core.errors import OrchestraError
from orchestra_core.names import chamber_id, split_chamber_id
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import ChangedRows, Diff
from orchestra_tui.screens.app_base import AppBase

_MOST_TASKS = 4  # tasks whose chambers are on screen
_SPACING = 5.0  # seconds between two fetches: each runs a git diff for every chamber


class DiffSizes:
    """Keeps the diff sizes of a few tasks' chambers up to date."""

    def __init__(self, app: AppBase) -> None:
        self._app = app
        self._requested: Sequence[str] = ()  # ids of tasks
        self._timer: asyncio.TimerHandle | None = None
        self._fetching = False
        self._last_fetch = -_SPACING

    def request(self, task_ids: Sequence[str]) -> None:
        """Fetch the sizes of these tasks' chambers now or, after a recent fetch, a bit later."""
        self._requested = task_ids[:_MOST_TASKS]
        if task_ids and self._timer is None and not self._fetching:
            loop = asyncio.get_running_loop()
            moment = max(loop.time(), self._last_fetch + _SPACING)
            self._timer = loop.call_at(moment, self._start)

    def update(self, changes: ViewChanges, task_ids: Sequence[str]) -> None:
        """Fetch again if the events concern these tasks' chambers."""
        changed = {split_chamber_id(key).task_id for key in changes.rows.chambers}
        if not changed.isdisjoint(task_ids):
            self.request(task_ids)

    @property
    def fetching(self) -> bool:
        """Whether a fetch is running or would begin now."""
        timer = self._timer
        began = timer is not None and timer.when() <= asyncio.get_running_loop().time()
        return began or self._fetching

    def stop(self) -> None:
        """Stop fetching."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        self._timer = None
        state = self._app.view_model.state
        task_ids = [task_id for task_id in self._requested if state.live_chambers(task_id)]
        if self._app.server.phase == "ready" and task_ids:
            self._fetching = True
            self._app.run_worker(self._fetch(task_ids), name="sizes")

    async def _fetch(self, task_ids: Sequence[str]) -> None:
        self._requested = ()
        try:
            for task_id in task_ids:
                # Sizes are optional, and the status line already shows this failure.
                with contextlib.suppress(OrchestraError):
                    await self._take(task_id)
        finally:
            self._fetching = False
            self._last_fetch = asyncio.get_running_loop().time()
        self.request(self._requested)

    async def _take(self, task_id: str) -> None:
        state = self._app.view_model.state
        changed_rows = ChangedRows()
        for size in await self._app.tool_calls.sizes(task_id):
            key = chamber_id(task_id, size.name)
            diff = Diff(size.files_changed, size.insertions, size.deletions)
            if not size.diff_note and state.diffs.get(key) != diff:
                state.diffs[key] = diff
                changed_rows.chambers.add(key)
        if changed_rows.chambers:
            self._app.view_model.redrawn(changed_rows)
