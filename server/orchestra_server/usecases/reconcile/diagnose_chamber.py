"""Lists the differences of one chamber: its state, its worktree, its hook and its mail."""

import shlex
from collections.abc import Iterator

from orchestra_core.models import Chamber
from orchestra_core.names import split_branch
from orchestra_server.git.worktrees.add_and_list import Worktree
from orchestra_server.usecases.health.observe_chamber import ChamberObservation
from orchestra_server.usecases.reconcile.difference import Difference
from orchestra_server.usecases.reconcile.observation import Observation

_PARTS = 3  # parts of a chamber's path in its repository: .claude/worktrees/<chamber>


def unfinished_chamber(seen: Observation, chamber: Chamber) -> Iterator[Difference]:
    """Yield what a dead process left of a chamber it was making or closing."""
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


def late_files(seen: Observation, chamber: Chamber) -> Difference:
    """Return the difference for files that were written after a chamber was gone."""
    count = seen.late[chamber.id]
    files = "a file was" if count == 1 else f"{count} files were"
    return Difference(
        "late files",
        chamber.id,
        f"{files} written at {chamber.path} after the worktree of chamber {chamber.id} was gone",
        "they are saved with what the chamber last held, and the directory goes; restore_chamber "
        "brings them back",
    )


def late_repository(chamber: Chamber) -> Difference:
    """Return the difference for a repository that is now where a chamber was."""
    path = shlex.quote(chamber.path)
    return Difference(
        "late repository",
        chamber.id,
        f"{chamber.path}, where chamber {chamber.id} was, is a git repository of its own now",
        f"nothing in it is saved or changed; to keep it, move it away: mv {path} ELSEWHERE",
    )


def live_chamber(seen: Observation, chamber: Chamber) -> Iterator[Difference]:
    """Yield the differences of a live chamber: directory, worktree, hook, branch and mail."""
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
    tree = next((tree for tree in seen.trees if str(tree.path) == chamber.path), None)
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
    """Yield the differences of a live chamber whose worktree is in its place."""
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
    elif chamber.id in seen.ways_back:
        where = f"branch {tree.branch}" if tree.branch else "no branch"
        yield Difference(
            "other branch",
            chamber.id,
            f"chamber {chamber.id} is on {where} and not on its own, {chamber.branch}",
            f"nothing is changed; {seen.ways_back[chamber.id]}",
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
            f"the hook of chamber {chamber.id} is from an older version, which talks to the store",
            "its settings are written again, and hold nothing secret",
        )


def _absent(seen: Observation, chamber: Chamber, tree: Worktree | None) -> Iterator[Difference]:
    """Yield the difference for a chamber that is not in its place."""
    elsewhere = [tree for tree in seen.trees if tree.branch == chamber.branch and not tree.gone]
    if elsewhere and elsewhere[0] is not tree:
        yield Difference(
            "moved chamber",
            chamber.id,
            f"chamber {chamber.id} is at {elsewhere[0].path} and no longer at {chamber.path}",
            "its record, its briefing and its hook are updated",
        )
    elif any(_same_place(path, chamber.path) for path in seen.astray):
        return  # git must be told its place first
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


def _same_place(path: str, other_path: str) -> bool:
    """Tell whether two paths are the same chamber's before and after its repository moved."""
    return path.split("/")[-_PARTS:] == other_path.split("/")[-_PARTS:]


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
