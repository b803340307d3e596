"""What clones tell each other about the chambers of a task: published, handed over, to be closed.

When a clone begins to complete a task, the task's new state alone asks the other clones for the
work of their chambers. Each of them commits it, publishes it and answers in its chambers'
documents.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from orchestra_core.change import Change
from orchestra_core.models import Chamber, Task
from orchestra_core.state import ProjectState
from orchestra_server.domain.chambers.chamber_lifecycle import chamber_event


def is_asked_for(chamber: Chamber, task: Task, clone: str) -> bool:
    """Tell whether another clone waits for a chamber of the clone with this id."""
    return (
        task.is_completing
        and task.ending == "merge"
        and task.completing_clone not in {"", clone}
        and chamber.is_live
        and (not task.chosen or chamber.name in task.chosen)
        and chamber.clone == clone
        and not has_answered(chamber, task)
    )


def chambers_asked_for(state: ProjectState, clone: str) -> list[Chamber]:
    """Return the chambers of the clone with this id whose work another clone waits for."""
    return [
        chamber
        for chamber in state.chambers.values()
        if (task := state.tasks.get(chamber.task_id)) is not None
        and is_asked_for(chamber, task, clone)
    ]


def has_answered(chamber: Chamber, task: Task) -> bool:
    """Tell whether a chamber's clone has answered the current attempt to complete its task."""
    return bool(task.completing_at) and chamber.handed_over == task.completing_at


def published(chamber: Chamber, commit: str, address: str, *, at: int, actor: str) -> Change:
    """Return the change that notes which commit of a chamber is on the remote with this address."""
    changed = replace(chamber, published=commit, published_on=address, published_at=at)
    return Change(events=(chamber_event(changed, "chamber.published", at, actor),))


def withdrawn(chamber: Chamber, *, at: int, actor: str) -> Change:
    """Return the change that notes that a chamber has nothing on a remote any more."""
    changed = replace(chamber, published="", published_on="", published_at=0)
    return Change(events=(chamber_event(changed, "chamber.published", at, actor),))


def handed_over(
    chamber: Chamber, task: Task, commit: str, address: str, *, at: int, actor: str
) -> Change:
    """Return the change by which a clone says that `commit`, just published, holds all the work."""
    changed = replace(
        chamber,
        published=commit,
        published_on=address,
        published_at=at,
        handed_over=task.completing_at,
        handover_fault="",
    )
    return Change(events=(chamber_event(changed, "chamber.handed-over", at, actor),))


def not_handed_over(chamber: Chamber, task: Task, fault: str, *, at: int, actor: str) -> Change:
    """Return the change by which a clone says why it cannot hand a chamber's work over."""
    changed = replace(chamber, handed_over=task.completing_at, handover_fault=fault)
    return Change(events=(chamber_event(changed, "chamber.handed-over", at, actor),))


def asked_to_close(
    chambers: Iterable[Chamber], *, clone: str, landed: str, note: str, at: int, actor: str
) -> Change:
    """Return the change that asks the clones of these chambers to close them.

    `landed` is the commit that has their work, "" if the work is only to be saved.
    """
    changed = [
        replace(chamber, state="closing", ended_at=at, asked_by=clone, landed=landed, note=note)
        for chamber in chambers
    ]
    return Change(
        events=tuple(chamber_event(chamber, "chamber.closing", at, actor) for chamber in changed)
    )
