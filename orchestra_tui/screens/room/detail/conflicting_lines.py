"""The lines on which a chamber and others disagree: asked for once for each new conflict."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Conflict
from orchestra_core.names import split_chamber_id
from orchestra_core.wording.titles import task_title
from orchestra_tui.backend.tool_calls import LandingRequest, ToolCalls
from orchestra_tui.presentation.indexed_state import IndexedState

_AT_REST = 0.2  # seconds for which the cursor stands still before anything is asked


class _KnownLines(NamedTuple):
    """The lines as they were when these were the conflicts."""

    conflicts: Sequence[Conflict]
    lines: Sequence[str]


class ConflictingLines:
    """Keeps what a dry run of landing says of the conflicts of chambers, by their ids."""

    def __init__(self, tool_calls: ToolCalls, state: IndexedState) -> None:
        self._tool_calls = tool_calls
        self._state = state
        self._fetched: dict[str, _KnownLines] = {}

    def of(self, key: str) -> Sequence[str]:
        """Return the lines of a chamber's present conflicts, none while they are not known."""
        return () if self.are_unknown(key) or key not in self._fetched else self._fetched[key].lines

    def are_unknown(self, key: str) -> bool:
        """Tell whether a chamber has conflicts whose lines were not asked for."""
        conflicts = self._state.conflicts_of(key)
        fetched = self._fetched.get(key)
        return bool(conflicts) and (fetched is None or fetched.conflicts != conflicts)

    async def fetch(self, key: str) -> None:
        """Ask for the lines of a chamber; where that fails, its files are known all the same."""
        await asyncio.sleep(_AT_REST)
        conflicts = self._state.conflicts_of(key)
        chamber = self._state.chambers[key]
        sides = {split_chamber_id(side) for conflict in conflicts for side in conflict.between}
        names = tuple(sorted(side.name for side in sides if side.task_id == chamber.task_id))
        title = task_title(self._state.tasks[chamber.task_id].description)
        request = LandingRequest(task_id=chamber.task_id, summary=title, only=names)
        try:
            plan = await self._tool_calls.plan_landing(request)
        except OrchestraError:
            return
        own = [conflict for conflict in plan.conflicts if chamber.name in conflict.between]
        lines = list[str]()
        for conflict in own:
            lines += [f"{conflict.file}:"] if len(own) > 1 else []
            lines += conflict.lines.splitlines()
        self._fetched[key] = _KnownLines(conflicts, lines)
