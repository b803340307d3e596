"""A task's work on its way home: committed in its chambers, merged aside, landed in one step."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial as with_first
from pathlib import Path

from orchestra_core.errors import Refused
from orchestra_core.models import Chamber, Task
from orchestra_core.text import one_line
from orchestra_server.git.merge.fast_forward import land
from orchestra_server.git.merge.merge import ChamberBranch, FailedMerge, merge_all, merge_compatible
from orchestra_server.git.merge.merge_tree import MergeConflict
from orchestra_server.git.process.foreign_programs import map_watched
from orchestra_server.git.repository.repository import Repository
from orchestra_server.git.repository.worktree_status import WorktreeStatus, read_status
from orchestra_server.git.snapshot.commit import commit_uncommitted_work
from orchestra_server.git.worktrees.own_branch import missing_branches, way_back
from orchestra_server.usecases.chambers.late_files import is_gone
from orchestra_server.usecases.completion.own_branches import own_branches

_SUBJECT_LIMIT = 60  # characters, so that git log shows it on one line
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class PreparedLanding:
    """A merge that has been worked out: `commit` builds on `old` and holds the chambers of `order`.

    With conflicts, the chambers they name are not in it; without `order` there is nothing to land.
    `tips` has by chamber the commit that it stood at; `returning`, for a chamber whose base was
    rewritten, the commits that stay out because its own were replayed without them.
    """

    old: str
    commit: str
    order: tuple[str, ...] = ()
    conflicts: tuple[MergeConflict, ...] = ()
    tips: Mapping[str, str] = field(default_factory=dict[str, str])
    returning: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def moves(self) -> bool:
        """Whether landing it would move the branch."""
        return self.commit != self.old


def commit_chambers(
    repo: Repository, task: Task, chambers: Sequence[Chamber], summary: str
) -> list[ChamberBranch]:
    """Commit what is open in the chambers, and return what each of them brings.

    The person's hooks run meanwhile, for as long as they take. Raises Refused when one of them
    refuses a commit. Blocking.
    """
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(map_watched(pool, with_first(_committed, repo, task, summary), chambers))


def merge_branches(
    repo: Repository,
    task: Task,
    branches: Sequence[ChamberBranch],
    bases: Mapping[str, str],
    summary: str,
    *,
    partial: bool,
    trial: bool = False,
) -> PreparedLanding:
    """Merge the branches aside on the branch the task lands on; no branch of the person's moves.

    `partial`: as many as go together; else all, or none of them. Safe to repeat after a process
    died on the way: what is merged already brings nothing. Blocking.

    `bases` has by chamber the commit it began at: where the branch has dropped that since, only
    what the chamber made itself is merged.
    """
    old = tip_of(repo, task)
    message = f"{summary}\n\n{_trailer(task)}"
    tips = {branch.chamber: branch.commit for branch in branches}
    own = own_branches(repo, task, old, branches, bases, trial=trial)
    if own.conflicts and not partial:
        return PreparedLanding(old, old, conflicts=own.conflicts, returning=own.returning)
    if partial:
        most = merge_compatible(repo, old, own.branches, message, trial=trial)
        conflicts = (*own.conflicts, *most.conflicts)
        return PreparedLanding(old, most.commit, most.order, conflicts, tips, own.returning)
    outcome = merge_all(repo, old, own.branches, message, trial=trial)
    if isinstance(outcome, FailedMerge):
        return PreparedLanding(old, old, conflicts=outcome.conflicts, returning=own.returning)
    return PreparedLanding(old, outcome.commit, outcome.order, tips=tips, returning=own.returning)


def land_prepared(repo: Repository, task: Task, ready: PreparedLanding) -> None:
    """Move the task's branch, in one step; raises Refused when the person's work is in the way."""
    land(repo, repo.top, task.base_branch, ready.old, ready.commit)


def tip_of(repo: Repository, task: Task) -> str:
    """Return where the work is to land: the branch the task began on, or the detached HEAD."""
    if not task.base_branch:
        return repo.head().commit
    return repo.resolve(f"refs/heads/{task.base_branch}")


def bases_of(chambers: Sequence[Chamber]) -> dict[str, str]:
    """Return by name the commit that each chamber began at."""
    return {chamber.name: chamber.base_commit for chamber in chambers}


def require_own_branch(repo: Repository, chamber: Chamber) -> WorktreeStatus:
    """Return how a chamber stands; raises Refused when that is not at a commit of its branch."""
    path = Path(chamber.path)
    standing = read_status(path)
    if not standing.commit or standing.branch != chamber.branch:
        where = f"branch {standing.branch}" if standing.branch else "a detached HEAD"
        raise Refused(
            f"chamber {chamber.name!r} stands on {where} and not on its own branch "
            f"{chamber.branch}; {way_back(repo, path, chamber.branch, standing)}"
        )
    return standing


def deleted_chambers(repo: Repository, chambers: Sequence[Chamber]) -> list[Chamber]:
    """Return the live chambers whose directory and branch are both gone: they bring nothing."""
    without = [chamber for chamber in chambers if chamber.is_live and is_gone(Path(chamber.path))]
    missing = missing_branches(repo, [chamber.branch for chamber in without])
    return [chamber for chamber in without if chamber.branch in missing]


def branch_without_directory(repo: Repository, chamber: Chamber) -> ChamberBranch:
    """Return what a chamber brings whose directory is gone: what it committed."""
    return ChamberBranch(chamber.name, repo.resolve(f"refs/heads/{chamber.branch}"))


def _committed(repo: Repository, task: Task, summary: str, chamber: Chamber) -> ChamberBranch:
    path = Path(chamber.path)
    if is_gone(path):
        return branch_without_directory(repo, chamber)
    standing = require_own_branch(repo, chamber)
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
