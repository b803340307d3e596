"""The lines on which a chamber and others disagree: asked for once for each new conflict."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Conflict
from orchestra_core.wording.gates import fails_together
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.presentation.indexed_state import IndexedState

_AT_REST = 0.2  # seconds for which the cursor stands still before anything is asked


class _KnownLines(NamedTuple):
    """The lines as they were when these were the conflicts."""

    conflicts: Sequence[Conflict]
    lines: Sequence[str]


class ConflictingLines:
    """Keeps the lines of both sides of the conflicts of chambers, by their ids."""

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
        has_lines = not all(map(fails_together, conflicts))
        return has_lines and (fetched is None or fetched.conflicts != conflicts)

    async def fetch(self, key: str) -> None:
        """Ask for the lines of a chamber; where that fails, its files are known all the same."""
        await asyncio.sleep(_AT_REST)
        conflicts = self._state.conflicts_of(key)
        chamber = self._state.chambers[key]
        try:
            review = await self._tool_calls.review(chamber.task_id, chamber.name, "conflicts")
        except OrchestraError:
            return
        lines = review.diff.splitlines()
        # Which file one conflict is in stands above its lines already.
        is_single = len(conflicts) == len(review.files) == 1
        self._fetched[key] = _KnownLines(conflicts, lines[1:] if is_single else lines)
