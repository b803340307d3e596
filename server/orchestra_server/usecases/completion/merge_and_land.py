"""Commits a task's work in its chambers, merges it in the object database, lands it in one step."""

import os
import shlex
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from orchestra_core.errors import OrchestraError, Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.names import is_chamber_lock
from orchestra_core.text import one_line
from orchestra_server.domain.gates.red_set import RedSet
from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.merge.inputs.landing_inputs import LandingInputs
from orchestra_server.git.merge.merge import (
    ChamberBranch,
    FailedMerge,
    merge_all,
    merge_compatible,
    unrelated_branches,
)
from orchestra_server.git.merge.merge_tree import MergeConflict
from orchestra_server.git.merge.undo_fast_forward import ChangedFile
from orchestra_server.git.process.foreign_programs import map_watched
from orchestra_server.git.process.run import GitFailed
from orchestra_server.git.repository.branch_tips import branch_tips, missing_branches
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import WorktreeStatus, read_status
from orchestra_server.git.snapshot.commit import commit_uncommitted_work
from orchestra_server.git.worktrees.add_and_list import list_worktrees
from orchestra_server.git.worktrees.checkout_look import CheckoutLook
from orchestra_server.git.worktrees.own_branch import way_back
from orchestra_server.git.worktrees.recent_status import RecentStatus, usable_statuses
from orchestra_server.usecases.completion.own_branches import own_branches
from orchestra_server.usecases.health.observe_chamber import is_gone

_SUBJECT_LIMIT = 60  # characters, so that git log shows it on one line
_AT_ONCE = 4
_UNREAD: Mapping[Path, RecentStatus] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PreparedLanding:
    """A computed merge: `commit` builds on `old` and contains the chambers of `order`.

    Chambers named in `conflicts` are not in it; without `order` there is nothing to land. `tips`
    maps each chamber to the commit that it stood at; `returning` maps a chamber whose base was
    rewritten to the commits left out when its own were replayed.
    """

    old: str
    commit: str
    order: tuple[str, ...] = ()
    conflicts: tuple[MergeConflict, ...] = ()
    tips: Mapping[str, str] = field(default_factory=dict[str, str])
    returning: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])  # of other clones: why
    changes: tuple[ChangedFile, ...] | None = None  # from `old` to `commit`, once it was checked
    behind: str = ""  # a sentence where the branch lacks commits of its upstream
    untested: str = ""  # a sentence where a gate is named that nobody has trusted
    red: tuple[RedSet, ...] = ()
    green: tuple[str, ...] = ()  # with `red`: the chambers that would land without the others

    @property
    def remarks(self) -> tuple[str, ...]:
        """The sentences that the reply adds to the result."""
        return tuple(remark for remark in (self.behind, self.untested) if remark)

    @property
    def moves(self) -> bool:
        """Whether landing it would move the branch."""
        return self.commit != self.old


def commit_chambers(
    repo: Repository,
    task: Task,
    chambers: Sequence[Chamber],
    summary: str,
    recent: Mapping[Path, RecentStatus] = _UNREAD,
) -> list[ChamberBranch]:
    """Commit uncommitted work in the chambers, and return each chamber's branch.

    `recent` maps worktrees to the statuses that the caller has just read. The user's hooks run, for
    as long as they take. Raises Refused when a hook refuses a commit. Blocking.
    """
    statuses = usable_statuses(repo, recent)

    def commit(chamber: Chamber) -> ChamberBranch:
        return _committed(repo, task, summary, chamber, statuses.get(Path(chamber.path)))

    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(map_watched(pool, commit, chambers))


def merge_branches(
    repo: Repository,
    task: Task,
    branches: Sequence[ChamberBranch],
    bases: Mapping[str, str],
    summary: str,
    *,
    partial: bool,
    trial: bool = False,
    inputs: LandingInputs | None = None,
) -> PreparedLanding:
    """Merge the branches onto the task's branch in the object database; no branch moves.

    With `partial` as many as fit together are merged, else all or none. Safe to repeat after a
    process died half way: what is already merged adds nothing. Blocking.

    `bases` maps each chamber to the commit it began at: if the task's branch has dropped that
    commit since, only its own commits are merged. What `inputs` has of these commits is not read
    again. Raises Refused for a branch that shares no commit with the task's; with `partial` it is
    left out.
    """

    def merge(those: Sequence[ChamberBranch]) -> PreparedLanding:
        return _merge(
            repo, task, those, bases, summary, partial=partial, trial=trial, inputs=inputs
        )

    try:
        return merge(branches)
    except GitFailed as fault:
        unrelated = unrelated_branches(repo, tip_of(repo, task), branches, fault)
        if not unrelated:
            raise
    onto = task.base_branch or "HEAD"
    why = (
        f"shares no commit with {onto}, as after 'git checkout --orphan'; to put its commits on "
        f"{onto}, run in the chamber: git rebase --root --onto {onto}"
    )
    if not partial:
        chambers = ", ".join(repr(name) for name in unrelated)
        raise Refused(f"nothing has landed: chamber {chambers} {why}, and call again")
    landing = merge([branch for branch in branches if branch.chamber not in unrelated])
    return replace(landing, left_out=dict.fromkeys(unrelated, why))


def _merge(
    repo: Repository,
    task: Task,
    branches: Sequence[ChamberBranch],
    bases: Mapping[str, str],
    summary: str,
    *,
    partial: bool,
    trial: bool,
    inputs: LandingInputs | None,
) -> PreparedLanding:
    old = tip_of(repo, task)
    message = f"{summary}\n\n{_trailer(task)}"
    tips = {branch.chamber: branch.commit for branch in branches}
    ahead = inputs if inputs is not None and inputs.fits(old, [*tips.values()]) else None
    own = own_branches(
        repo, task, old, branches, bases, trial=trial, target=ahead.target if ahead else None
    )
    read_ahead = ahead.merge if ahead else None
    if own.conflicts and not partial:
        return PreparedLanding(old, old, conflicts=own.conflicts, returning=own.returning)
    if partial:
        most = merge_compatible(repo, old, own.branches, message, trial=trial, inputs=read_ahead)
        conflicts = (*own.conflicts, *most.conflicts)
        return PreparedLanding(old, most.commit, most.order, conflicts, tips, own.returning)
    outcome = merge_all(repo, old, own.branches, message, trial=trial, inputs=read_ahead)
    if isinstance(outcome, FailedMerge):
        return PreparedLanding(old, old, conflicts=outcome.conflicts, returning=own.returning)
    return PreparedLanding(old, outcome.commit, outcome.order, tips=tips, returning=own.returning)


def land_prepared(
    repo: Repository, task: Task, ready: PreparedLanding, look: CheckoutLook | None = None
) -> None:
    """Move the task's branch in one step; raises Refused if the user's work is in the way."""
    land(
        repo, repo.top, task.base_branch, ready.old, ready.commit, look=look, changes=ready.changes
    )


@contextmanager
def naming_what_landed(task: Task, landing: PreparedLanding | None) -> Generator[None]:
    """Add to an error of the block, which closes chambers, that their work has landed."""
    try:
        yield
    except OrchestraError as fault:
        if landing is None or not landing.moves:
            raise
        onto = task.base_branch or "the detached HEAD"
        raise type(fault)(
            f"the work of {', '.join(landing.order)} is on {onto} by now, as "
            f"{landing.commit[:12]}, but not every chamber is closed: {fault}; then call again"
        ) from fault


def tip_of(repo: Repository, task: Task) -> str:
    """Return the commit to land on: the tip of the task's branch, or the detached HEAD."""
    if not task.base_branch:
        return repo.head().commit
    tips = branch_tips(repo, [task.base_branch])
    return tips.get(task.base_branch) or repo.resolve(f"refs/heads/{task.base_branch}")


def bases_of(chambers: Sequence[Chamber]) -> dict[str, str]:
    """Return the commit that each chamber began at, by name."""
    return {chamber.name: chamber.base_commit for chamber in chambers}


def require_own_branch(
    repo: Repository, chamber: Chamber, status: WorktreeStatus | None = None
) -> WorktreeStatus:
    """Return a chamber's status; raises Refused when its HEAD is not on its own branch.

    `status` is used if the caller has just read it.
    """
    path = Path(chamber.path)
    standing = status or read_status(path)
    if not standing.commit or standing.branch != chamber.branch:
        where = f"branch {standing.branch}" if standing.branch else "a detached HEAD"
        where = where if standing.commit else "no commit"
        raise Refused(
            f"chamber {chamber.name!r} stands on {where} and not on its own branch "
            f"{chamber.branch}; {way_back(repo, path, chamber.branch, standing)}"
        )
    return standing


def deleted_chambers(repo: Repository, chambers: Sequence[Chamber]) -> list[Chamber]:
    """Return the live chambers whose directory and branch are both gone: they have no work."""
    without_directory = [
        chamber for chamber in chambers if chamber.is_live and is_gone(Path(chamber.path))
    ]
    missing = missing_branches(repo, [chamber.branch for chamber in without_directory])
    return [chamber for chamber in without_directory if chamber.branch in missing]


def branch_without_directory(repo: Repository, chamber: Chamber) -> ChamberBranch:
    """Return the branch of a chamber whose directory is gone: its committed work.

    Raises Refused where the worktree was moved: its uncommitted work is at the new place.
    """
    place = os.path.realpath(chamber.path)
    elsewhere = [
        tree
        for tree in list_worktrees(repo)
        if tree.branch == chamber.branch and not tree.gone and os.path.realpath(tree.path) != place
    ]
    moved = next((tree for tree in elsewhere if is_chamber_lock(tree.locked_reason)), None)
    if moved:
        first = f"move {chamber.path} aside, and " if os.path.lexists(chamber.path) else ""
        places = f"{shlex.quote(str(moved.path))} {shlex.quote(chamber.path)}"
        raise Refused(
            f"chamber {chamber.name!r} was moved to {moved.path}, where its work is; "
            f"to go on, {first}move it back: git worktree move -f -f {places}"
        )
    return ChamberBranch(chamber.name, repo.resolve(f"refs/heads/{chamber.branch}"))


def _committed(
    repo: Repository, task: Task, summary: str, chamber: Chamber, status: WorktreeStatus | None
) -> ChamberBranch:
    path = Path(chamber.path)
    if is_gone(path):
        return branch_without_directory(repo, chamber)
    standing = require_own_branch(repo, chamber, status)
    subject = one_line(f"{chamber.name}: {summary}", _SUBJECT_LIMIT)
    commit = commit_uncommitted_work(
        path,
        subject,
        (_trailer(task),),
        plain_message=one_line(summary, _SUBJECT_LIMIT),
        standing=standing,
    )
    return ChamberBranch(chamber.name, commit or standing.commit)


def _trailer(task: Task) -> str:
    return f"Orchestra-Task: {task.id}"
