"""Finds the task or chamber the operator means: by id, by a chamber's name, or without any name."""

from collections.abc import Iterable

from orchestra_core.errors import BadInput, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.names import check_chamber_name, split_chamber_id
from orchestra_core.state import ProjectState
from orchestra_core.text import one_line
from orchestra_server.usecases.common.lookups import task_in, unknown_chamber

_SHOWN = 8


def task_named(state: ProjectState, task_id: str) -> Task:
    """Return the task with that id or, without an id, the only unfinished task.

    Raises Unknown if there is none, and BadInput if it could be one of several.
    """
    if task_id:
        return task_in(state, task_id)
    tasks = unfinished_tasks(state)
    if not tasks:
        raise Unknown("no task is open; begin with 'orchestra create NAME'")
    if len(tasks) > 1:
        raise BadInput(f"{len(tasks)} tasks are open; name one: {_ids(tasks)}")
    return tasks[0]


def unfinished_tasks(state: ProjectState) -> list[Task]:
    """Return the unfinished tasks, newest first."""
    tasks = (task for task in state.tasks.values() if not task.is_over)
    return sorted(tasks, key=lambda task: -task.started_at)


def chamber_named(state: ProjectState, words: str, task_id: str = "") -> Chamber:
    """Return the chamber that CHAMBER or TASK/CHAMBER names.

    A standing chamber comes before ended ones, because only one with a name can be standing. Raises
    BadInput for what is not a name, and if several ended chambers have that name.
    """
    in_task, name = split_chamber_id(words)
    in_task = in_task or task_id
    check_chamber_name(name)
    if in_task:
        task = task_in(state, in_task)
        chamber = state.chambers.get(f"{task.id}/{name}")
        if chamber is None:
            raise unknown_chamber(name, task, state.chambers_of(task.id))
        return chamber
    matching = [chamber for chamber in state.chambers.values() if chamber.name == name]
    standing = [chamber for chamber in matching if chamber.is_standing]
    if standing:
        return standing[0]
    if len(matching) > 1:
        ids = ", ".join(sorted(chamber.id for chamber in matching))
        raise BadInput(f"several tasks had a chamber {name!r}; name one: {ids}")
    if not matching:
        raise Unknown(f"there is no chamber {one_line(name, 63)!r}; {_existing(state)}")
    return matching[0]


def _existing(state: ProjectState) -> str:
    live = sorted(chamber.name for chamber in state.chambers.values() if chamber.is_live)
    return f"the live ones are: {', '.join(live) or 'none'}"


def _ids(tasks: Iterable[Task]) -> str:
    ids = [task.id for task in tasks]
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more
