"""get_conflicts: which chambers of a task would not merge as they are at this moment."""

from collections.abc import Sequence

from orchestra_core.models import BASE, Collision, Task
from orchestra_core.names import branch_of
from orchestra_core.state import ProjectState
from orchestra_server.usecases.common import serializers
from orchestra_server.usecases.common.lookups import task_in
from orchestra_server.usecases.common.replies import Part, Reply
from orchestra_server.usecases.common.transaction import Context


class CollidingFile(Part):
    """A file that two sides cannot both have, with git's word for why."""

    file: str
    kind: str


class CollisionStatus(Part):
    """Two sides that do not merge: chambers by name, or 'base' for the branch they land on.

    Without files their histories have no commit in common. `more_files` are not listed.
    """

    between: list[str]
    tasks: list[str]
    files: list[CollidingFile]
    more_files: int
    since: str


class ConflictsNow(Reply):
    """What collides at this moment, uncommitted work included; the oldest first."""

    task_id: str
    collisions: list[CollisionStatus]


async def get_conflicts(context: Context, *, task_id: str) -> ConflictsNow:
    """Return what the radar last saw of a task's live chambers."""
    return conflicts_now(await context.store.snapshot(), task_id)


def conflicts_now(state: ProjectState, task_id: str) -> ConflictsNow:
    """Return the collisions in a snapshot that a task's chambers have a part in."""
    task = task_in(state, task_id)
    found = [
        one
        for one in state.collisions.values()
        if one.state == "colliding" and task_id in one.task_ids and _stands(state, one)
    ]
    found.sort(key=lambda one: (one.since, one.id))
    return ConflictsNow(
        task_id=task_id,
        collisions=[_status(one) for one in found],
        next_step=_next_step(task, found),
    )


def _stands(state: ProjectState, collision: Collision) -> bool:
    """Tell whether its chambers are live; the radar clears it a moment after one is not."""
    chambers = (state.chambers.get(side) for side in collision.between if side != BASE)
    return all(chamber is not None and chamber.state == "live" for chamber in chambers)


def _status(collision: Collision) -> CollisionStatus:
    return CollisionStatus(
        between=[_name(side) for side in collision.between],
        tasks=list(collision.task_ids),
        files=[
            CollidingFile(file=file, kind=kind)
            for file, kind in zip(collision.files, collision.kinds, strict=True)
        ],
        more_files=collision.count - len(collision.files),
        since=serializers.moment(collision.since),
    )


def _name(side: str) -> str:
    return side.rpartition("/")[2]


def _next_step(task: Task, found: Sequence[Collision]) -> str:
    if not found:
        return (
            "All live chambers merge with each other and with their base as they are now; the room "
            "and this tool say so as soon as that changes."
        )
    first, second = found[0].between
    if second == BASE:
        source = task.base_branch or "the checkout's HEAD"
        return (
            f"The branch moved on under chamber {_name(first)!r}: when its worker is at a clean "
            f"point, have it commit, run `git merge {source}` there and resolve. Until then "
            "complete_task would answer this conflict."
        )
    other_task, _, other = second.rpartition("/")
    return (
        f"Decide which of {_name(first)!r} and {other!r} keeps the files named, and tell the other "
        "one's worker with interrupt_worker to leave them alone. If both need them, let one worker "
        f"finish and commit, then have {_name(first)!r} run `git merge "
        f"{branch_of(other_task, other)}` and resolve; complete_task would answer the conflict."
    )
