"""Chooses the keys that each list shows: of one task or all, with or without finished work."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestra_tui.presentation.indexed_state import IndexedState


@dataclass(slots=True)
class ListFilter:
    """The operator's choices, and the keys that each list then shows."""

    all_tasks: bool = True  # show the chambers and discoveries of all tasks
    ended_tasks: bool = True
    ended_chambers: bool = False  # otherwise one line lists those of today

    def tasks(self, state: IndexedState) -> Sequence[str]:
        """Return the ids of the tasks to show."""
        keys = state.task_keys()
        if self.ended_tasks:
            return keys
        return [key for key in keys if not state.tasks[key].is_over]

    def chambers(self, state: IndexedState, task_id: str) -> Sequence[str]:
        """Return the ids of the chambers to show while `task_id` is selected.

        An ended task's chambers are all shown, because nothing else is left of it.
        """
        if not task_id and not self.all_tasks:
            return []
        if self.all_tasks:
            return state.chamber_keys(ended=self.ended_chambers)
        ended = self.ended_chambers or state.tasks[task_id].is_over
        return state.chamber_keys(task_id, ended=ended)

    def discoveries(self, state: IndexedState, task_id: str) -> Sequence[str]:
        """Return the ids of the discoveries to show while `task_id` is selected."""
        if not task_id and not self.all_tasks:
            return []
        return state.discovery_keys("" if self.all_tasks else task_id)

    def toggle_ended(self) -> bool:
        """Show or hide what has ended; return whether it is shown now."""
        self.ended_chambers = self.ended_tasks = not self.ended_chambers
        return self.ended_chambers
