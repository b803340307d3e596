"""Which finished chambers can land, and what holds the others.

It is updated once per change.
"""

from collections.abc import Iterable, Sequence

from orchestra_core.models import Chamber, Conflict, Interrupt
from orchestra_core.wording.holds import hold_words
from orchestra_core.worker_state import WorkerState


class LandingIndex:
    """Keeps what holds each finished chamber, and by task which chambers can land."""

    def __init__(self) -> None:
        self._holds: dict[str, tuple[str, ...]] = {}
        self._can_land: dict[str, dict[str, None]] = {}  # chambers' ids by task
        self._held: dict[str, None] = {}

    def holds_of(self, key: str) -> tuple[str, ...]:
        """Return what holds a chamber; nothing if it can land or has nothing to land."""
        return self._holds.get(key, ())

    def can_land(self, task_id: str = "") -> Sequence[str]:
        """Return the ids of the chambers, of a task or of all, that can land as far as is known."""
        if task_id:
            return [*self._can_land.get(task_id, ())]
        return [key for keys in self._can_land.values() for key in keys]

    @property
    def held(self) -> Sequence[str]:
        """The ids of the finished chambers that cannot land."""
        return [*self._held]

    def update(
        self,
        chamber: Chamber,
        worker: WorkerState,
        conflicts: Sequence[Conflict],
        critical: Iterable[Interrupt],
    ) -> bool:
        """Take a chamber's new state; return whether it can now land, or no longer can."""
        key = chamber.id
        before = self._holds.get(key)
        if not worker.has_work_to_land:
            self.forget(chamber.task_id, [key])
            return before is not None
        holds = hold_words(chamber, conflicts, critical)
        if before is None or bool(before) != bool(holds):
            self.forget(chamber.task_id, [key])
            members = self._held if holds else self._can_land.setdefault(chamber.task_id, {})
            members[key] = None
        self._holds[key] = holds
        return before is None or bool(before) != bool(holds)

    def forget(self, task_id: str, keys: Iterable[str]) -> None:
        """Drop chambers of a task."""
        for key in keys:
            self._holds.pop(key, None)
            self._held.pop(key, None)
            chambers = self._can_land.get(task_id, {})
            chambers.pop(key, None)
            if not chambers:
                self._can_land.pop(task_id, None)
