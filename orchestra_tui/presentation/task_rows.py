"""Tasks as rows of a table."""

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Task
from orchestra_tui.presentation.ages import due, elapsed
from orchestra_tui.presentation.board import Board
from orchestra_tui.presentation.cells import Cell, Column, Row
from orchestra_tui.presentation.fitting import plain
from orchestra_tui.presentation.symbols import TASK

TASK_COLUMNS = (
    Column(title="", width=1),
    Column(title="task", width=16, flex=1),
    Column(title="level", width=12, rank=3),
    Column(title="phase", width=18, rank=2),
    Column(title="rooms", width=5, rank=1, align="right"),
    Column(title="time", width=5, align="right"),
)


def task_row(task: Task, live_chambers: int, now: int) -> Row:
    """Return a task's row: state, what it is about, level, phase, chambers that stand, time."""
    over = task.state in ("completed", "closed")
    quiet = "muted" if over else "plain"
    cells = (
        TASK[task.state],
        Cell(plain(task.description), quiet),
        Cell(task.complexity, "muted"),
        Cell(phase_text(task), "muted"),
        Cell(str(live_chambers) if live_chambers else "–", quiet if live_chambers else "muted"),
        Cell(elapsed(task.started_at, task.finished_at, now), "muted"),
    )
    return Row(task.id, cells, 0 if task.finished_at else due(task.started_at, now))


def phase_text(task: Task) -> str:
    """Return `2/5 building`: which phase a task is in and of how many; empty without phases."""
    names = [phase.name for phase in task.phases]
    if not names:
        return ""
    if task.phase in names:
        return f"{names.index(task.phase) + 1}/{len(names)} {plain(task.phase)}"
    return f"{sum(phase.finished_at > 0 for phase in task.phases)}/{len(names)}"


class TaskRows:
    """The rows of the task table, read from the board at the moment they are asked for."""

    def __init__(self, board: Board, clock: Clock = now_ms) -> None:
        self._board = board
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return the row of a task as it reads now."""
        return task_row(self._board.state.tasks[key], self._board.live_chambers(key), self._clock())

    def words(self, key: str) -> str:
        """Return what a filter looks in: id, description, level, state and phase."""
        task = self._board.state.tasks[key]
        words = (task.id, task.description, task.complexity, task.state, task.phase)
        return " ".join(words).casefold()
