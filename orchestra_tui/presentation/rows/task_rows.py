"""Tasks as rows of a table."""

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Task
from orchestra_core.wording.ages import due, elapsed
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.rows.symbols import TASK
from orchestra_tui.presentation.text_fit import plain

TASK_COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="task", width=12, flex=1),
    Column(title="level", width=12, since=96),
    Column(title="phase", width=5, since=34),
    Column(title="", width=14, since=70),
    Column(title="live", width=4, since=28, align="right"),
    Column(title="time", width=5, align="right"),
)


def task_row(task: Task, live_chambers: int, now: int) -> Row:
    """Return a task's row: state, what it is about, level, step, phase, live chambers, time."""
    over = task.is_over
    quiet = "muted" if over else "plain"
    cells = (
        TASK[task.state],
        Cell(plain(task.description), quiet),
        Cell(task.complexity, "muted"),
        Cell(step_text(task), quiet),
        Cell("" if over else plain(task.phase), "muted"),
        Cell(str(live_chambers) if live_chambers else "-", quiet if live_chambers else "muted"),
        Cell(elapsed(task.started_at, task.finished_at, now), "muted"),
    )
    return Row(task.id, cells, 0 if task.finished_at else due(task.started_at, now))


def step_text(task: Task) -> str:
    """Return `2/5`: the phase a task is in, or has come to, of how many; empty without phases."""
    names = [phase.name for phase in task.phases]
    if not names:
        return ""
    finished = sum(phase.finished_at > 0 for phase in task.phases)
    step = names.index(task.phase) + 1 if task.phase in names else finished
    return f"{step}/{len(names)}"


class TaskRows:
    """The rows of the task table, read from the state at the moment they are asked for."""

    def __init__(self, state: IndexedState, clock: Clock = now_ms) -> None:
        self._state = state
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return the row of a task as it reads now."""
        return task_row(self._state.tasks[key], self._state.live_chambers(key), self._clock())

    def words(self, key: str) -> str:
        """Return what a filter looks in: id, description, level, state and phase."""
        task = self._state.tasks[key]
        words = (task.id, task.description, task.complexity, task.state, task.phase)
        return " ".join(words).casefold()
