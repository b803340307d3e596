"""One line below the board: what could land now, and what holds the rest."""

from collections.abc import Sequence

from orchestra_core.models import Task
from orchestra_core.wording.titles import task_title
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import plain

_NAMED = 3
_GAP = Cell(" · ", "muted")


def land_line(task: Task | None, state: IndexedState, key: str) -> Line:
    """Return what `key` would land of a task, what else can land, what is held, and how many work.

    It is empty if no chamber is standing.
    """
    landing = state.landing
    own = landing.can_land(task.id) if task is not None and not task.is_over else ()
    others = [each for each in landing.can_land() if each not in own]
    held = landing.held
    working = len(state.standing_chambers) - len(own) - len(others) - len(held)
    if not state.standing_chambers:
        return ()
    parts = [_own(own, task, state)]
    parts += [_of_others(others, state)] if others else []
    parts += [Cell(f"held: {_held(held, state)}", "warn")] if held else []
    parts += [Cell(f"{working} not ready yet", "muted")] if working else []
    line = [Cell(f"{key} ", "accent" if own else "muted"), parts[0]]
    for part in parts[1:]:
        line += [_GAP, part]
    return tuple(line)


def _own(own: Sequence[str], task: Task | None, state: IndexedState) -> Cell:
    if own:
        return Cell(f"lands {_names(own, state)} now", "ok")
    several = task is not None and len(state.open_tasks) > 1
    which = f" of “{plain(task_title(task.description))}”" if several and task else ""
    return Cell(f"lands nothing{which} yet", "muted")


def _of_others(others: Sequence[str], state: IndexedState) -> Cell:
    tasks = {state.chambers[key].task_id for key in others}
    where = "another task" if len(tasks) == 1 else "other tasks"
    return Cell(f"{_names(others, state)} can land in {where}", "ok")


def _held(held: Sequence[str], state: IndexedState) -> str:
    told = [
        f"{plain(state.chambers[key].name)} ({', '.join(state.landing.holds_of(key))})"
        for key in held[:_NAMED]
    ]
    return ", ".join(told) + _more(len(held))


def _names(keys: Sequence[str], state: IndexedState) -> str:
    names = (plain(state.chambers[key].name) for key in keys[:_NAMED])
    return ", ".join(names) + _more(len(keys))


def _more(count: int) -> str:
    return f" and {count - _NAMED} more" if count > _NAMED else ""
