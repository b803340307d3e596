"""Tasks as rows of a table."""

from collections.abc import Mapping

from orchestra_core.clock import Clock, now_ms
from orchestra_core.models import Task
from orchestra_core.wording.ages import due, elapsed
from orchestra_core.wording.holds import land_counts
from orchestra_core.wording.states import counts_text
from orchestra_core.wording.titles import task_title
from orchestra_core.worker_state import Group
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Column, Row
from orchestra_tui.presentation.rows.symbols import GROUP_TONES, TASK
from orchestra_tui.presentation.text_fit import plain

_ROOMY = 130  # cells; a narrower table shows only the number of the phase
_WIDE = 60  # cells; a narrower table only counts the chambers
TASK_COLUMNS = (
    Column(title="", width=1, gap=1),
    Column(title="task", width=12, flex=3),
    Column(title="its workers", width=24, since=_WIDE, overflows=True),
    Column(title="", width=10, flex=2, since=_WIDE),
    Column(title="phase", width=5, since=34),
    Column(title="", width=14, since=_ROOMY),
    Column(title="open", width=4, since=28, until=_WIDE, align="right"),
    Column(title="for", width=5, align="right"),
)


def task_row(task: Task, groups: Mapping[Group, int], now: int, held: int = 0) -> Row:
    """Return a task's row: state, title, what its workers do or its outcome, phase, time.

    `groups` says how many of its chambers are in each group, `held` how many have
    work that cannot land.
    """
    over = task.is_over
    quiet = "muted" if over else "plain"
    standing = sum(count for group, count in groups.items() if group not in _ENDED)
    cells = (
        TASK[task.state],
        Cell(plain(task_title(task.description)), quiet),
        Cell(outcome_text(task, groups), "muted") if over else _in_need(groups),
        Cell("" if over else "  ".join(land_counts(_others(groups), held)), "muted"),
        Cell(step_text(task), quiet),
        Cell("" if over else plain(task.phase), "muted"),
        Cell(str(standing) if standing else "-", quiet if standing else "muted"),
        Cell(elapsed(task.started_at, task.finished_at, now), "muted"),
    )
    return Row(task.id, cells, 0 if task.finished_at else due(task.started_at, now))


_ENDED: tuple[Group, ...] = ("landed", "dropped")


_IN_NEED: tuple[Group, ...] = ("needs-you", "stuck")


def _in_need(groups: Mapping[Group, int]) -> Cell:
    """Return the cell for workers of an open task that need somebody."""
    if not groups:
        return Cell("no chamber yet", "muted")
    in_need: dict[Group, int] = {
        group: count for group, count in groups.items() if group in _IN_NEED
    }
    tone = GROUP_TONES[next(iter(in_need))] if in_need else "muted"
    return Cell("  ".join(counts_text(in_need)) or "none needs you", tone)


def _others(groups: Mapping[Group, int]) -> Mapping[Group, int]:
    return {group: count for group, count in groups.items() if group not in _IN_NEED}


def outcome_text(task: Task, groups: Mapping[Group, int]) -> str:
    """Return an ended task's outcome: `landed on main`, `landed in part: 2 of 3`."""
    landed, dropped = groups.get("landed", 0), groups.get("dropped", 0)
    where = f" on {plain(task.base_branch)}" if task.base_branch else ""
    if task.landed_commit or landed:
        if dropped and landed:
            return f"landed in part{where}: {landed} of {landed + dropped} chambers"
        return f"landed{where}"
    chambers = "1 chamber" if dropped == 1 else f"{dropped} chambers"
    return f"nothing landed of {chambers}" if dropped else "nothing landed"


def step_text(task: Task) -> str:
    """Return `2/5`: a task's current or last phase, of how many; empty without phases."""
    names = [phase.name for phase in task.phases]
    if not names:
        return ""
    finished = sum(phase.finished_at > 0 for phase in task.phases)
    step = names.index(task.phase) + 1 if task.phase in names else finished
    return f"{step}/{len(names)}"


class TaskRows:
    """The rows of the task table, made from the state when they are asked for."""

    def __init__(self, state: IndexedState, clock: Clock = now_ms) -> None:
        self._state = state
        self._clock = clock

    def row(self, key: str) -> Row:
        """Return a task's current row."""
        groups = self._state.workers.counts_of(key)
        to_land = groups.get("ready", 0) + groups.get("held", 0)
        held = to_land - len(self._state.landing.can_land(key))
        return task_row(self._state.tasks[key], groups, self._clock(), held)

    def words(self, key: str) -> str:
        """Return the text that a filter searches: id, description, level, state and phase."""
        task = self._state.tasks[key]
        words = (task.id, task.description, task.complexity, task.state, task.phase)
        return " ".join(words).casefold()
