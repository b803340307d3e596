"""How much each chamber has changed: asked for after something happened there, never on a clock."""

import asyncio
import contextlib

from orchestra_core.errors import OrchestraError
from orchestra_core.names import chamber_id
from orchestra_tui.backend.view_model import ViewChanges
from orchestra_tui.presentation.indexed_state import ChangedRows, Diff
from orchestra_tui.screens.app_base import AppBase

_SPACING = 5.0  # seconds between two looks: each one is a git diff for every chamber


class DiffSizes:
    """Keeps the sizes of the selected task's chambers near the truth while work goes on."""

    def __init__(self, host: AppBase) -> None:
        self._host = host
        self._wanted = ""
        self._timer: asyncio.TimerHandle | None = None
        self._looking = False
        self._looked = -_SPACING

    def want(self, task_id: str) -> None:
        """Look at a task's chambers now, or as soon as the last look is long enough ago."""
        self._wanted = task_id
        if task_id and self._timer is None and not self._looking:
            loop = asyncio.get_running_loop()
            moment = max(loop.time(), self._looked + _SPACING)
            self._timer = loop.call_at(moment, self._start)

    def changed(self, changes: ViewChanges, task_id: str) -> None:
        """Take note of what happened; chambers of another task are not looked at."""
        if any(key.startswith(f"{task_id}/") for key in changes.rows.chambers):
            self.want(task_id)

    @property
    def due(self) -> bool:
        """Whether a look is going on or would begin at this moment."""
        timer = self._timer
        began = timer is not None and timer.when() <= asyncio.get_running_loop().time()
        return began or self._looking

    def stop(self) -> None:
        """Look no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _start(self) -> None:
        self._timer = None
        if self._host.server.phase == "ready" and self._host.view_model.state.live_chambers(
            self._wanted
        ):
            self._looking = True
            self._host.run_worker(self._look(), name="sizes")

    async def _look(self) -> None:
        task_id, self._wanted = self._wanted, ""
        try:
            # Sizes are an extra; what fails here shows in the status line already.
            with contextlib.suppress(OrchestraError):
                await self._take(task_id)
        finally:
            self._looking = False
            self._looked = asyncio.get_running_loop().time()
        self.want(self._wanted)

    async def _take(self, task_id: str) -> None:
        state = self._host.view_model.state
        changed_rows = ChangedRows()
        for size in await self._host.tool_calls.sizes(task_id):
            key = chamber_id(task_id, size.name)
            diff = Diff(size.files_changed, size.insertions, size.deletions)
            if not size.diff_note and state.diffs.get(key) != diff:
                state.diffs[key] = diff
                changed_rows.chambers.add(key)
        if changed_rows.chambers:
            self._host.view_model.redrawn(changed_rows)
