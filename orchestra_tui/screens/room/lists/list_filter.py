"""Chooses the keys that each list shows: of one task or all, with or without finished work."""

from dataclasses import dataclass

from orchestra_tui.presentation.indexed_state import IndexedState


@dataclass(slots=True)
class ListFilter:
    """The operator's choices, and the keys that each list then shows."""

    all_tasks: bool = False  # list the chambers and discoveries of every task
    finished: bool = True

    def tasks(self, state: IndexedState) -> list[str]:
        """Return the ids of the tasks to show."""
        keys = state.task_keys()
        if self.finished:
            return keys
        return [key for key in keys if not state.tasks[key].is_over]

    def chambers(self, state: IndexedState, task_id: str) -> list[str]:
        """Return the ids of the chambers to show while `task_id` is selected."""
        if not task_id and not self.all_tasks:
            return []
        keys = state.chamber_keys("" if self.all_tasks else task_id)
        if self.finished:
            return keys
        return [key for key in keys if not state.chambers[key].is_over]

    def discoveries(self, state: IndexedState, task_id: str) -> list[str]:
        """Return the ids of the discoveries to show while `task_id` is selected."""
        if not task_id and not self.all_tasks:
            return []
        return state.discovery_keys("" if self.all_tasks else task_id)
