"""Lists the differences, and how each is repaired: a pure function of the observation."""

from collections.abc import Iterator

from orchestra_core.models import Task
from orchestra_core.names import chamber_id, split_branch
from orchestra_server.usecases.clones.whereabouts import is_completed_here, is_here
from orchestra_server.usecases.reconcile.diagnose_chamber import (
    late_files,
    late_repository,
    live_chamber,
    unfinished_chamber,
)
from orchestra_server.usecases.reconcile.difference import Difference
from orchestra_server.usecases.reconcile.observation import Observation


def differences(seen: Observation) -> tuple[Difference, ...]:
    """Return all differences, in the order in which they are to be repaired.

    If the store itself has lost data, only that is returned, because the rest is judged by the
    store.
    """
    damaged = [
        Difference(damage.name, damage.subject, damage.sentence, damage.mending)
        for damage in seen.damages
    ]
    if any(difference.name != "unreadable document" for difference in damaged):
        return tuple(damaged)
    if seen.moved_from:  # first: everything else is judged by paths
        locks = (_stale_lock(lock) for lock in seen.locks)
        return (*damaged, *locks, _moved(seen.moved_from))
    chambers = [
        chamber
        for chamber in seen.state.chambers.values()
        if chamber.task_id in seen.tasks
        and is_here(chamber, seen.clone)
        and chamber.id not in seen.busy
    ]
    return (
        *damaged,
        *(_stale_lock(lock) for lock in seen.locks),
        *(_astray(path) for path in seen.astray),
        *(difference for chamber in chambers for difference in unfinished_chamber(seen, chamber)),
        *(_completing(seen, task) for task in seen.state.tasks.values() if _is_stuck(seen, task)),
        *(
            chamber
            for chamber in chambers
            if chamber.is_live
            for chamber in live_chamber(seen, chamber)
        ),
        *(late_files(seen, chamber) for chamber in chambers if chamber.id in seen.late),
        *(late_repository(chamber) for chamber in chambers if chamber.id in seen.late_repositories),
        *_orphans(seen),
        *_stale_claims(seen),
        *_lost_claims(seen),
    )


def _stale_lock(lock: str) -> Difference:
    return Difference(
        "stale lock",
        lock,
        f"{lock} was left by a git process that died, and blocks every git there",
        "it is moved to orchestra/stale-locks in the common directory",
    )


def _moved(was_at: str) -> Difference:
    return Difference(
        "moved repository",
        was_at,
        f"this repository was at {was_at} when Orchestra last worked in it",
        "its tasks, chambers, hooks and settings are updated; no other file changes",
    )


def _astray(path: str) -> Difference:
    return Difference(
        "moved worktree",
        path,
        f"{path} is a worktree of this repository, but git has another path for it",
        "git gets the right path; no file changes",
    )


def _is_stuck(seen: Observation, task: Task) -> bool:
    here = is_completed_here(task, seen.clone) and task.id in seen.tasks
    return task.is_completing and here and task.id not in seen.ending


def _completing(seen: Observation, task: Task) -> Difference:
    if task.id in seen.landed:
        mending = "its work has landed: the landed chambers are closed, and the task ends"
    elif task.ending == "save":
        mending = "closing is finished: each chamber's work is saved, and the task ends"
    else:
        mending = "nothing has landed: the task is opened again"
    return Difference(
        "unfinished completing",
        task.id,
        f"task {task.id} was being completed by a process that died",
        mending,
    )


def _orphans(seen: Observation) -> Iterator[Difference]:
    for tree in seen.trees:
        named = split_branch(tree.branch)
        strange = tree.gone or str(tree.path) in seen.others
        is_recorded = named is not None and (
            chamber_id(*named) in seen.state.chambers or _is_unreadable(seen, chamber_id(*named))
        )
        if named and not strange and not is_recorded:
            yield Difference(
                "orphan worktree",
                str(tree.path),
                f"{tree.path} is the worktree of a chamber that is not in the store",
                f"it is recorded: chamber {named[1]!r} of task {named[0]!r} is live",
            )
    used = {tree.branch for tree in seen.trees}
    for branch in sorted(seen.branches):
        named = split_branch(branch)
        chamber = seen.state.chambers.get(chamber_id(*named)) if named else None
        if named is None or branch in used or (chamber is not None and not chamber.is_over):
            continue
        if branch in seen.settled:
            yield Difference(
                "orphan branch",
                branch,
                f"branch {branch} belongs to no chamber, and all its work is merged or saved",
                "it is deleted, unless it has moved by then",
            )
        elif chamber is None:
            yield Difference(
                "orphan branch",
                branch,
                f"branch {branch} belongs to no chamber, and has work that is nowhere else",
                f"it is kept; look at it with: git log {branch}",
            )


def _is_unreadable(seen: Observation, name: str) -> bool:
    """Tell whether the document with this id is unreadable; such a document is left alone."""
    return any(document.field == name for document in seen.state.unreadable)


def _lost_claims(seen: Observation) -> Iterator[Difference]:
    for name, holders in sorted(seen.lost_claims.items()):
        holder = " and ".join(holders)
        yield Difference(
            "lost claim",
            name,
            f"the claim {name!r} of {holder} is lost, and another chamber could take the name",
            f"{holder} holds it again",
        )


def _stale_claims(seen: Observation) -> Iterator[Difference]:
    for name, holder in sorted(seen.claims.items()):
        chamber, task = seen.state.chambers.get(holder), seen.state.tasks.get(holder)
        over = task is None or task.is_over if ":" in name else chamber is None or chamber.is_over
        if over and not _is_unreadable(seen, holder):
            yield Difference(
                "stale claim",
                name,
                f"the name {name!r} is held by {holder!r}, which has ended",
                "it is free again",
            )
