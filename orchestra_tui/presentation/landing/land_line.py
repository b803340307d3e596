"""One line below the board: what could land now, and what holds the rest."""

from collections.abc import Sequence

from orchestra_core.models import Task
from orchestra_tui.presentation.indexed_state import IndexedState
from orchestra_tui.presentation.rows.cells import Cell, Line
from orchestra_tui.presentation.text_fit import plain

_NAMED = 3
_GAP = Cell(" · ", "muted")


def land_line(task: Task | None, state: IndexedState, key: str) -> Line:
    """Return what `key` would land of a task, what holds its ready chambers, and how many work on.

    Empty where the task has no standing chamber.
    """
    if task is None or task.is_over:
        return ()
    landing = state.landing
    ready, held = landing.can_land(task.id), landing.held(task.id)
    others = state.live_chambers(task.id) - len(ready) - len(held)
    if not (ready or held or others):
        return ()
    parts = [_can_land(ready, state)]
    parts += [Cell(f"held: {_held(held, state)}", "warn")] if held else []
    parts += [Cell(f"{others} not ready yet", "muted")] if others else []
    elsewhere = [other for other in landing.tasks_that_can_land if other != task.id]
    parts += [Cell(f"{_tasks(len(elsewhere))} can land too", "muted")] if elsewhere else []
    line = [Cell(f"{key} ", "accent" if ready else "muted"), parts[0]]
    for part in parts[1:]:
        line += [_GAP, part]
    return tuple(line)


def _can_land(ready: Sequence[str], state: IndexedState) -> Cell:
    if not ready:
        return Cell("nothing can land yet", "muted")
    return Cell(f"lands {_names(ready, state)} now", "ok")


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


def _tasks(count: int) -> str:
    return "another task" if count == 1 else f"{count} other tasks"
