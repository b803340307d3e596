"""Which keys each table shows: of one task or of all, with what is finished or without."""

from dataclasses import dataclass

from orchestra_tui.presentation.indexed_state import IndexedState


@dataclass(slots=True)
class ListFilter:
    """The choices a person has made, and the lists that follow from them."""

    every_task: bool = False  # chambers and discoveries of all tasks
    finished: bool = True

    def tasks(self, state: IndexedState) -> list[str]:
        """Return the tasks to show."""
        keys = state.task_keys()
        if self.finished:
            return keys
        return [key for key in keys if not state.tasks[key].is_over]

    def chambers(self, state: IndexedState, task_id: str) -> list[str]:
        """Return the chambers to show when `task_id` is selected."""
        if not task_id and not self.every_task:
            return []
        keys = state.chamber_keys("" if self.every_task else task_id)
        if self.finished:
            return keys
        return [key for key in keys if not state.chambers[key].is_over]

    def discoveries(self, state: IndexedState, task_id: str) -> list[str]:
        """Return the discoveries to show when `task_id` is selected."""
        if not task_id and not self.every_task:
            return []
        return state.discovery_keys("" if self.every_task else task_id)
