"""Which keys each table shows: of one task or of all, with what is finished or without."""

from dataclasses import dataclass

from orchestra_tui.presentation.indexed_state import Board

_OVER = ("completed", "closed")
_GONE = ("closed", "failed")


@dataclass(slots=True)
class Listing:
    """The choices a person has made, and the lists that follow from them."""

    every_task: bool = False  # chambers and discoveries of all tasks
    finished: bool = True

    def tasks(self, board: Board) -> list[str]:
        """Return the tasks to show."""
        keys = board.task_keys()
        if self.finished:
            return keys
        return [key for key in keys if board.state.tasks[key].state not in _OVER]

    def chambers(self, board: Board, task_id: str) -> list[str]:
        """Return the chambers to show when `task_id` is selected."""
        if not task_id and not self.every_task:
            return []
        keys = board.chamber_keys("" if self.every_task else task_id)
        if self.finished:
            return keys
        return [key for key in keys if board.state.chambers[key].state not in _GONE]

    def discoveries(self, board: Board, task_id: str) -> list[str]:
        """Return the discoveries to show when `task_id` is selected."""
        if not task_id and not self.every_task:
            return []
        return board.discovery_keys("" if self.every_task else task_id)
