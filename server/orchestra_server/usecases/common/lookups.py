"""Finds the task or chamber that a caller names; the error for an unknown one lists what exists."""

import re
from collections.abc import Iterable

from orchestra_core.errors import Refused, Unknown
from orchestra_core.models import Chamber, Task
from orchestra_core.names import chamber_id, check_chamber_name
from orchestra_core.state import ProjectState
from orchestra_core.store.reads import Reads
from orchestra_core.text import one_line

_SHOWN = 5
_TASK_ID = re.compile(r"[a-z0-9-]+")


async def read_task(reads: Reads, task_id: str) -> Task:
    """Read a task as a precondition of the change; raises Unknown with the closest open tasks."""
    task = await reads.task(task_id) if _TASK_ID.fullmatch(task_id) else None
    if task is None:
        raise unknown_task(task_id, await reads.state())
    return task


async def read_open_task(reads: Reads, task_id: str) -> Task:
    """Return a task that takes changes; raises Refused if it has ended or is ending."""
    task = await read_task(reads, task_id)
    if task.is_completing:
        raise Refused(
            f"task {task_id!r} is being completed; call complete_task again to see how it ends"
        )
    if task.is_over:
        raise Refused(f"task {task_id!r} is {task.state}; start a new one with start_task")
    return task


async def read_chamber(reads: Reads, task: Task, name: str) -> Chamber:
    """Read a chamber as a precondition of the change; raises Unknown with the task's chambers."""
    check_chamber_name(name)
    chamber = await reads.chamber(chamber_id(task.id, name))
    if chamber is None:
        raise unknown_chamber(name, task, await reads.chambers_of(task.id))
    return chamber


def task_in(state: ProjectState, task_id: str) -> Task:
    """Return a task of a snapshot; raises Unknown with the closest open ones."""
    task = state.tasks.get(task_id)
    if task is None:
        raise unknown_task(task_id, state)
    return task


def unknown_task(task_id: str, state: ProjectState) -> Unknown:
    """Return the error for a task that does not exist."""
    still_open = [task.id for task in state.tasks.values() if not task.is_over]
    shown = one_line(task_id, 60)
    if not still_open:
        return Unknown(f"there is no task {shown!r}, and none is open; begin with start_task")
    import difflib  # noqa: PLC0415 - only for a mistake

    closest = difflib.get_close_matches(shown, still_open, n=_SHOWN, cutoff=0.0)
    return Unknown(f"there is no task {shown!r}; open are: {', '.join(closest)}")


def unknown_chamber(name: str, task: Task, chambers: Iterable[Chamber]) -> Unknown:
    """Return the error for a chamber that the task does not have."""
    names = ", ".join(chamber.name for chamber in chambers)
    existing = f"its chambers are: {names}" if names else "it has none; see create_chambers_batch"
    return Unknown(f"task {task.id!r} has no chamber {one_line(name, 63)!r}; {existing}")


def chamber_of_agent(agent_id: str, names: Iterable[str]) -> str:
    """Return the chamber name that an agent's id ends in, the longest match, "" for none."""
    matching = [name for name in names if agent_id == name or agent_id.endswith(f"-{name}")]
    return max(matching, key=len, default="")
