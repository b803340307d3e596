"""The lines on which a chamber and others disagree: fetched once for each new conflict."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from orchestra_core.errors import OrchestraError
from orchestra_core.models import Conflict
from orchestra_core.wording.gates import fails_together
from orchestra_tui.backend.tool_calls import ToolCalls
from orchestra_tui.presentation.indexed_state import IndexedState

_AT_REST = 0.2  # seconds that the cursor must rest before anything is fetched


class _KnownLines(NamedTuple):
    """The lines that belong to these conflicts."""

    conflicts: Sequence[Conflict]
    lines: Sequence[str]


class ConflictExcerpts:
    """Keeps both sides' lines of conflicts, by chamber id."""

    def __init__(self, tool_calls: ToolCalls, state: IndexedState) -> None:
        self._tool_calls = tool_calls
        self._state = state
        self._fetched: dict[str, _KnownLines] = {}

    def of(self, key: str) -> Sequence[str]:
        """Return the lines of a chamber's current conflicts; none while they are unknown."""
        return () if self.are_unknown(key) or key not in self._fetched else self._fetched[key].lines

    def are_unknown(self, key: str) -> bool:
        """Tell whether a chamber has conflicts whose lines were not fetched."""
        conflicts = self._state.conflicts_of(key)
        fetched = self._fetched.get(key)
        has_lines = not all(map(fails_together, conflicts))
        return has_lines and (fetched is None or fetched.conflicts != conflicts)

    async def fetch(self, key: str) -> None:
        """Fetch the lines for a chamber; if that fails, the files are still known."""
        await asyncio.sleep(_AT_REST)
        conflicts = self._state.conflicts_of(key)
        chamber = self._state.chambers[key]
        try:
            review = await self._tool_calls.review(chamber.task_id, chamber.name, "conflicts")
        except OrchestraError:
            return
        lines = review.diff.splitlines()
        # The file of a single conflict is already shown above its lines.
        is_single = len(conflicts) == len(review.files) == 1
        self._fetched[key] = _KnownLines(conflicts, lines[1:] if is_single else lines)
