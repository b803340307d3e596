"""Keeps the size of each chamber's diff: fetched after an event there, never by a timer."""

import asyncio
import contextlib

from orchestra_core.errors import OrchestraError
from orchestra_core.names import chamber_id
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import ChangedRows, Diff
from orchestra_tui.screens.app_base import AppBase

_SPACING = 5.0  # seconds between two fetches: each runs a git diff for every chamber


class DiffSizes:
    """Keeps the diff sizes of the selected task's chambers up to date."""

    def __init__(self, app: AppBase) -> None:
        self._app = app
        self._requested = ""
        self._timer: asyncio.TimerHandle | None = None
        self._fetching = False
        self._last_fetch = -_SPACING

    def request(self, task_id: str) -> None:
        """Fetch the sizes for a task's chambers now, or once the last fetch is long enough ago."""
        self._requested = task_id
        if task_id and self._timer is None and not self._fetching:
            loop = asyncio.get_running_loop()
            moment = max(loop.time(), self._last_fetch + _SPACING)
            self._timer = loop.call_at(moment, self._start)

    def update(self, changes: ViewChanges, task_id: str) -> None:
        """Fetch again if the events concern the selected task's chambers."""
        if any(key.startswith(f"{task_id}/") for key in changes.rows.chambers):
            self.request(task_id)

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
        if self._app.server.phase == "ready" and self._app.view_model.state.live_chambers(
            self._requested
        ):
            self._fetching = True
            self._app.run_worker(self._fetch_requested(), name="sizes")

    async def _fetch_requested(self) -> None:
        task_id, self._requested = self._requested, ""
        try:
            # Sizes are optional; the status line already shows this failure.
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
