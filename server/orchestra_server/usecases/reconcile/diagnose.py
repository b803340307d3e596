"""Lists the differences and how each is repaired: a pure function of the observation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from orchestra_core.models import Chamber, Task
from orchestra_core.names import chamber_id, split_branch
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.usecases.clones.whereabouts import is_completed_here, is_here
from orchestra_server.usecases.reconcile.observation import ChamberObservation, Observation

Name = Literal[
    "half-made chamber",
    "unfinished closing",
    "unfinished completing",
    "half-restored chamber",
    "deleted directory",
    "unknown chamber",
    "linked directory",
    "late files",
    "moved repository",
    "moved worktree",
    "moved chamber",
    "renamed branch",
    "former task",
    "forgotten worktree",
    "lost link",
    "unlocked worktree",
    "lost hook",
    "outdated hook",
    "orphan worktree",
    "orphan branch",
    "stale lock",
    "stale claim",
    "unread receipts",
    "unposted mail",
    "lost mail",
    "leftover mail",
    "lost claim",
    "lost counter",
    "lost history",
    "lost documents",
    "unreadable document",
]
_PARTS = 3  # of a branch, orchestra/<task>/<chamber>, and of a path, .claude/worktrees/<chamber>


@dataclass(frozen=True, slots=True)
class Difference:
    """One disagreement; `subject` is the chamber's or task's id, the path, branch or claim."""

    name: Name
    subject: str
    sentence: str
    mending: str


def differences(seen: Observation) -> tuple[Difference, ...]:
    """Return all differences, in the order in which they are to be repaired.

    If the store itself has lost data, only that is returned: the rest is judged from the store.
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
        *(difference for chamber in chambers for difference in _unfinished(seen, chamber)),
        *(_completing(seen, task) for task in seen.state.tasks.values() if _is_stuck(seen, task)),
        *(chamber for chamber in chambers if chamber.is_live for chamber in _live(seen, chamber)),
        *(_late(seen, chamber) for chamber in chambers if chamber.id in seen.late),
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


def _unfinished(seen: Observation, chamber: Chamber) -> Iterator[Difference]:
    if chamber.state == "creating":
        yield Difference(
            "half-made chamber",
            chamber.id,
            f"chamber {chamber.id} was being created by a process that died",
            "work in it is saved, its remains are removed, and its name is free again",
        )
    if chamber.state == "closing" and not chamber.is_asked_to_close:
        yield Difference(
            "unfinished closing",
            chamber.id,
            f"chamber {chamber.id} was being closed by a process that died",
            "closing is finished: its work is saved, its worktree and branch are removed",
        )
    if chamber.is_over and any(
        (str(tree.path), tree.branch) == (chamber.path, chamber.branch) for tree in seen.trees
    ):
        yield Difference(
            "half-restored chamber",
            chamber.id,
            f"chamber {chamber.id} is {chamber.state} but still has a worktree",
            "its content is saved and the worktree removed; restore_chamber brings it back",
        )


def _late(seen: Observation, chamber: Chamber) -> Difference:
    count = seen.late[chamber.id]
    files = "a file was" if count == 1 else f"{count} files were"
    return Difference(
        "late files",
        chamber.id,
        f"{files} written at {chamber.path} after the worktree of chamber {chamber.id} was gone",
        "they are saved with what the chamber last held, and the directory goes; restore_chamber "
        "brings them back",
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


def _live(seen: Observation, chamber: Chamber) -> Iterator[Difference]:
    at = seen.chambers.get(chamber.id, ChamberObservation(exists=False))
    if at.link:
        yield Difference(
            "linked directory",
            chamber.id,
            f"the directory of chamber {chamber.id} was replaced by a symbolic link to {at.link}",
            "nothing is written through it; put the directory back, or delete the link "
            f"(rm '{chamber.path}') and reconcile again",
        )
        return
    tree = next((one for one in seen.trees if str(one.path) == chamber.path), None)
    if not at.exists:
        yield from _absent(seen, chamber, tree)
    elif tree is None:
        yield Difference(
            "forgotten worktree",
            chamber.id,
            f"git no longer lists {chamber.path} as the worktree of chamber {chamber.id}",
            "it is registered again; every file stays as it is",
        )
    else:
        yield from _in_place(seen, chamber, at, tree)


def _in_place(
    seen: Observation, chamber: Chamber, at: ChamberObservation, tree: Worktree
) -> Iterator[Difference]:
    """Yield what differs of a live chamber whose worktree is where it should be."""
    if not at.linked:
        yield Difference(
            "lost link",
            chamber.id,
            f"{chamber.path} has lost the .git file that makes it a worktree",
            "the file is written again",
        )
    if not tree.locked_reason:
        yield Difference(
            "unlocked worktree",
            chamber.id,
            f"the worktree of chamber {chamber.id} is not locked; a cleanup could remove it",
            "it is locked again",
        )
    yield from _hook(chamber, at)
    if chamber.id in seen.renamed:
        yield Difference(
            "renamed branch",
            chamber.id,
            f"branch {chamber.branch} of chamber {chamber.id} is now called "
            f"{seen.renamed[chamber.id]}",
            "its record and its briefing are updated",
        )
    yield from _mail(seen, chamber, at)


def _hook(chamber: Chamber, at: ChamberObservation) -> Iterator[Difference]:
    if not at.hooked:
        yield Difference(
            "lost hook",
            chamber.id,
            f"the hook and the briefing of chamber {chamber.id} are gone (by 'git clean -x', "
            "say): its worker reads no mail",
            "they are written again; every other file stays as it is",
        )
    if at.outdated:
        yield Difference(
            "outdated hook",
            chamber.id,
            f"the hook of chamber {chamber.id} is of an older version, which speaks to the "
            "store by itself",
            "its settings are written again, and hold nothing secret",
        )


def _absent(seen: Observation, chamber: Chamber, tree: Worktree | None) -> Iterator[Difference]:
    """Yield what became of a chamber that is not at its place."""
    elsewhere = [one for one in seen.trees if one.branch == chamber.branch and not one.gone]
    if elsewhere and elsewhere[0] is not tree:
        yield Difference(
            "moved chamber",
            chamber.id,
            f"chamber {chamber.id} is at {elsewhere[0].path} and no longer at {chamber.path}",
            "its record, its briefing and its hook are updated",
        )
    elif any(_same_place(path, chamber.path) for path in seen.astray):
        return  # git has to be told where it is first
    elif tree is None and _has_no_branch(seen, chamber):
        yield Difference(
            "unknown chamber",
            chamber.id,
            f"chamber {chamber.id} has neither a directory nor a worktree nor a branch here",
            "it is left as it is, since it may be on a machine of which this one is a copy; "
            "close_chamber closes it",
        )
    else:
        yield Difference(
            "deleted directory",
            chamber.id,
            f"the directory of chamber {chamber.id} is gone: {chamber.path}",
            "the chamber is closed; its commits and what was staged in it are saved",
        )


def _has_no_branch(seen: Observation, chamber: Chamber) -> bool:
    return split_branch(chamber.branch) is not None and chamber.branch not in seen.branches


def _same_place(path: str, other: str) -> bool:
    """Tell whether two paths are the same chamber's before and after its repository moved."""
    return path.split("/")[-_PARTS:] == other.split("/")[-_PARTS:]


def _mail(seen: Observation, chamber: Chamber, at: ChamberObservation) -> Iterator[Difference]:
    mail = [
        interrupt
        for interrupt in seen.state.interrupts.values()
        if interrupt.chamber_id == chamber.id
    ]
    if at.receipts:
        yield Difference(
            "unread receipts",
            chamber.id,
            f"chamber {chamber.id} holds {at.receipts} receipts that its hooks could not deliver",
            "the store takes them in",
        )
    if any(interrupt.state == "sent" for interrupt in mail):
        yield Difference(
            "unposted mail",
            chamber.id,
            f"mail for chamber {chamber.id} was sent and never came to its mailbox",
            "it is posted",
        )
    if (
        any(interrupt.state == "posted" and interrupt.id not in at.mail_ids for interrupt in mail)
        and not at.receipts
    ):
        yield Difference(
            "lost mail",
            chamber.id,
            f"unread mail for chamber {chamber.id} is not in its mailbox any more",
            "it is posted again",
        )
    if any(interrupt.is_over and interrupt.id in at.unread for interrupt in mail):
        yield Difference(
            "leftover mail",
            chamber.id,
            f"the mailbox of chamber {chamber.id} holds mail that has ended",
            "that mail is removed; other mail stays",
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
    """Tell whether the document with this id cannot be read: it is left alone."""
    return any(document.field == name for document in seen.state.unreadable)


def _lost_claims(seen: Observation) -> Iterator[Difference]:
    for name, holder in sorted(seen.lost_claims.items()):
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
